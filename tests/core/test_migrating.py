"""Tables made together: one state, one round of classes, forwards and back in order."""

from types import SimpleNamespace

from django.db import models
from django.db.migrations.operations import CreateModel
from django.db.migrations.state import ProjectState

from core.migrating import CreateModels


class Editor:
    """Writes down what it is asked."""

    connection = SimpleNamespace(alias="default")

    def __init__(self):
        self.made, self.dropped = [], []

    def create_model(self, model):
        self.made.append(model._meta.object_name)

    def delete_model(self, model):
        self.dropped.append(model._meta.object_name)


def both() -> CreateModels:
    """Two models, the first pointing at the second."""
    key = ("id", models.BigAutoField(primary_key=True))
    party = models.ForeignKey("lib.party", models.CASCADE)
    return CreateModels([
        CreateModel("Case", [key, ("party", party)]),
        CreateModel("Party", [("id", models.BigAutoField(primary_key=True))]),
    ])


def test_a_model_may_point_at_a_later_one_and_the_classes_are_built_afterwards():
    state = ProjectState()
    assert state.apps.get_models() == []
    both().state_forwards("lib", state)
    assert "apps" not in state.__dict__
    case = state.apps.get_model("lib", "Case")
    assert case._meta.get_field("party").related_model is state.apps.get_model("lib", "Party")


def test_tables_are_made_in_order_and_go_in_the_opposite_one():
    before, after, editor = ProjectState(), ProjectState(), Editor()
    both().state_forwards("lib", after)
    both().database_forwards("lib", editor, before, after)
    both().database_backwards("lib", editor, after, before)
    assert (editor.made, editor.dropped) == (["Case", "Party"], ["Party", "Case"])


def test_it_says_what_it_makes_and_what_it_touches():
    assert both().describe() == "Create models Case, Party"
    assert both().references_model("Party", "lib") and not both().references_model("Lead", "other")
