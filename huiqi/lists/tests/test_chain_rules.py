"""The chain as a state machine: whatever offices do in whatever order, these rules hold. No database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from huiqi.core.errors import Refused
from huiqi.lists.chain import (
    BATCH_STEPS,
    LEVELS,
    MOVES,
    Act,
    Place,
    acts_at,
    first_level,
    route,
    take,
    take_batch,
)

CHAINS = [("county", "city", "province"), ("city", "province"), ("province",), ("county", "province")]
STATES = ["proposed", "returned", "recommended", "accepted", "objected", "rejected", "published", "removed"]
BATCHES = sorted({to for _after, to in BATCH_STEPS.values()} | {"drafting"})


@given(st.sampled_from(CHAINS), st.sets(st.sampled_from(LEVELS)), st.sampled_from(LEVELS))
def test_every_way_ends_where_the_chain_ends_and_takes_in_proposals_of_every_level(chain, offices, proposer):
    way = route(chain, offices)
    assert way[-1] == chain[-1]
    assert list(way) == [level for level in chain if level in way], "in the order of the chain"
    level = first_level(way, proposer)
    assert level in way
    assert LEVELS.index(level) >= min(LEVELS.index(proposer), LEVELS.index(way[-1]))


@given(
    st.sampled_from(sorted(MOVES)), st.sampled_from(STATES), st.sampled_from(LEVELS), st.sampled_from(BATCHES)
)
def test_an_act_is_refused_in_words_or_leads_to_a_known_place(act, state, level, batch):
    place = Place(state, level, "county")
    try:
        after = take(act, place, LEVELS, batch)
    except Refused as refusal:
        assert refusal.code.startswith("lists.cannot_")
        assert refusal.message.endswith("。")
        return
    assert after.state in STATES and after.level in LEVELS and after.origin == "county"
    assert batch in MOVES[act].while_batch


class Entry(RuleBasedStateMachine):
    """One entry on a batch that is being worked on, then noticed, then published."""

    def __init__(self):
        super().__init__()
        self.way = LEVELS
        self.batch = "collecting"
        self.place = Place("proposed", "county", "county")
        self.accepted_at_top = False

    def act(self, act):
        before = self.place
        try:
            self.place = take(act, before, self.way, self.batch)
        except Refused:
            return False
        if act == Act.ACCEPT:
            self.accepted_at_top = before.level == self.way[-1]
        return True

    @rule(act=st.sampled_from([Act.RECOMMEND, Act.RETURN, Act.ACCEPT, Act.REJECT, Act.RECONSIDER]))
    def office_acts(self, act):
        before = self.place
        if self.act(act) and act == Act.RECOMMEND:
            assert LEVELS.index(self.place.level) == LEVELS.index(before.level) + 1
        if act == Act.RETURN and self.place.state == "returned" and self.place != before:
            assert LEVELS.index(self.place.level) < LEVELS.index(before.level)

    @rule(act=st.sampled_from([Act.OBJECT, Act.UPHOLD, Act.DISMISS]))
    def public_objects(self, act):
        if self.act(act):
            assert self.batch == "noticing"

    @rule(step=st.sampled_from(["review", "reopen", "notice", "withdraw_notice"]))
    def batch_moves(self, step):
        if step == "withdraw_notice" and self.place.state == "objected":
            return  # the command refuses: an objection must be decided first
        try:
            self.batch = take_batch(step, self.batch, "")
        except Refused:
            return

    @precondition(lambda self: self.batch in ("reviewing", "noticing") and self.place.state != "objected")
    @rule()
    def publish(self):
        self.batch = "publishing"
        if self.place.state == "accepted":
            assert self.act(Act.PUBLISH)
        self.batch = "published"

    @rule()
    def remove(self):
        if self.act(Act.REMOVE):
            assert self.batch in ("published", "closed")

    @invariant()
    def nobody_is_listed_who_was_not_accepted_at_the_top(self):
        if self.place.state in ("accepted", "objected", "published", "removed"):
            assert self.accepted_at_top

    @invariant()
    def an_entry_never_falls_below_where_it_came_in(self):
        assert LEVELS.index(self.place.level) >= LEVELS.index(self.place.origin)

    @invariant()
    def somebody_can_always_go_on_while_the_batch_is_worked_on(self):
        open_states = ("proposed", "returned", "recommended", "rejected")
        if self.place.state in open_states and self.batch in ("collecting", "reviewing"):
            assert acts_at(self.place, self.way, self.batch)

    @invariant()
    def a_published_list_changes_only_by_removal(self):
        if self.batch == "published":
            assert acts_at(self.place, self.way, self.batch) == ()


TestEntry = Entry.TestCase


@pytest.mark.parametrize("state", ["publishing", "published", "closed"])
def test_a_batch_does_not_go_back_once_publication_began(state):
    for step in ("open", "review", "reopen", "notice", "withdraw_notice"):
        with pytest.raises(Refused, match="不能这样办"):
            take_batch(step, state, "已发布")
