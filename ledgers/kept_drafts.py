"""What drafts of ledgers' forms may hold: nothing that says who told a lead."""

from core import drafts
from ledgers.forms.leads import DRAFT, KEPT

drafts.keeping(DRAFT, KEPT)
drafts.never("informant_")
