"""A small register for tests: sites of 示范县 without a workbook."""

from agencies.models import Agency
from ledgers.models import Licence, Site


def site(township: str, name: str, number: str = "", village: str = "", **more) -> Site:
    """A site of that township; the number is made from the name where none is given."""
    unit = Agency.objects.select_related("division").get(code=township)
    home = Agency.objects.select_related("division").get(code=village) if village else None
    more.setdefault("kind", "mine")
    return Site.objects.create(
        number=number or f"{township}-{Site.objects.count() + 1:03}",
        name=name,
        agency=unit,
        village=home,
        division=(home or unit).division,
        **more,
    )


def permit(at: Site, valid_to, number: str = "C1400002022097130012345", **more) -> Licence:
    """A mining permit that ends on `valid_to`."""
    more.setdefault("kind", Licence.Kind.PERMIT)
    return Licence.objects.create(site=at, number=number, valid_to=valid_to, **more)
