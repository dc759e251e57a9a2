"""Campaign files: read, check, bind, write (docs/campaigns.md).

read(text, name) -> Definition          raises BadCampaign(problems) with every fault of the file
check(data) -> [Problem]                the same for content edited in the browser
hints(definition) -> [str]              what is no fault but may be a slip
dump(definition) -> text                read(dump(d)) == d
"""

from duties.definitions.definition import Definition
from duties.definitions.dumping import dump
from duties.definitions.problems import BadCampaign, Problem
from duties.definitions.reading import check, of_data, read
from duties.definitions.timing import hints

__all__ = ["BadCampaign", "Definition", "Problem", "check", "dump", "hints", "of_data", "read"]
