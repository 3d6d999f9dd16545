"""Why the triples of a graph hold, and why others do not: the part of ``kg.Graph`` that proves."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from kg import build, words
from kg.caveats import caveats as caveats_of
from kg.errors import NotEntailed
from kg.namespaces import GRAPH, REL

if TYPE_CHECKING:
    from pyoxigraph import NamedNode, Store, Triple

    from kg.dataset import Dataset
    from kg.explanation import Consequences, Explanation, Explanations, WhyNot
    from kg.reasoning import Prover
    from kg.results import Term
    from kg.snapshot import Snapshot

__all__ = ["Proofs"]


class Proofs:
    """The proofs of a graph; a class of graphs takes them over and says what they are of."""

    _gated: bool
    _asked: tuple[Store, Prover] | None = None

    if TYPE_CHECKING:

        @property
        def dataset(self) -> Dataset:
            """The files that the graph is made from."""

        @property
        def viewpoint(self) -> str:
            """The name of the viewpoint that the graph is seen from."""

        @property
        def store(self) -> Store:
            """The Oxigraph store of the snapshot."""

        @cached_property
        def snapshot(self) -> Snapshot:
            """The snapshot that answers come from."""

    @cached_property
    def caveats(self) -> tuple[str, ...]:
        """Why what follows may not be all that the ontology means, in sentences."""
        if "snapshot" in self.__dict__:
            return build.caveats(self.snapshot)
        # What kg ships is held to the profile by its check.
        return () if self._gated else caveats_of(self.dataset)

    def explain(
        self,
        subject: str | Term,
        predicate: str | NamedNode,
        object: str | Term,  # noqa: A002 - the word of the API
    ) -> Explanation:
        """Tell why a triple holds, down to the passages that it rests on.

        Each part is a term or a name; the predicate ``a`` is rdf:type.

        Raises:
            NotEntailed: the triple is neither asserted nor inferred; tells who claims it all the
                same, and why it is no fact.
        """
        from kg.explanation import explain

        goal = words.triple((subject, predicate, object), self.store)
        try:
            return explain(self.store, self._prover, goal)
        except NotEntailed as error:
            raise NotEntailed(f"{error}{self._elsewhere(goal)}") from None

    def explain_all(
        self,
        subject: str | Term,
        predicate: str | NamedNode,
        object: str | Term,  # noqa: A002 - the word of the API
        *,
        limit: int = 10,
    ) -> Explanations:
        """Tell why a triple holds in each way that there is, the shortest first.

        No two proofs take the same steps.

        Args:
            subject: as for :meth:`explain`.
            predicate: as for :meth:`explain`.
            object: as for :meth:`explain`.
            limit: how many proofs to give at most; whether there are more is told.

        Raises:
            NotEntailed: as for :meth:`explain`.

        >>> from kg import load
        >>> proofs = load().explain_all("Mali", "has diplomatic ties with", "Algeria")
        >>> len(proofs[0].steps) <= len(proofs[1].steps)
        True
        """
        from kg.explanation import explain_all

        goal = words.triple((subject, predicate, object), self.store)
        return explain_all(self.store, self._prover, goal, limit)

    def why_not(
        self,
        subject: str | Term,
        predicate: str | NamedNode,
        object: str | Term,  # noqa: A002 - the word of the API
    ) -> WhyNot:
        """Tell what is missing for a triple to follow.

        Each part is as for :meth:`explain`.

        >>> from kg import load
        >>> load().why_not("Algeria", "rel:neighbours", "Mali").holds
        True
        """
        from kg.explanation import why_not

        return why_not(
            self.store, self._prover, words.triple((subject, predicate, object), self.store)
        )

    def consequences(self, thing: str | NamedNode) -> Consequences:
        """Tell all that was derived about one thing, and why.

        >>> from kg import load
        >>> kinds = [one for one in load().consequences("Mali") if one.relation == "kind"]
        >>> len(kinds) > 0
        True
        """
        from kg.explanation import consequences

        return consequences(self.store, self._prover, words.node(thing, self.store))

    @property
    def _prover(self) -> Prover:
        """What proves; it remembers what it was asked as long as the graph stays the same."""
        from kg.reasoning import Prover
        from kg.reasoning.stored import derived, given

        if self._asked is None or self._asked[0] is not self.store:
            self._asked = self.store, Prover(given(self.store), derived(self.store))
        return self._asked[1]

    def _elsewhere(self, triple: Triple) -> str:
        """Say from which other viewpoint a triple holds; without claims there is but one."""
        if not next(self.store.quads_for_pattern(None, REL.assertedBy, None, GRAPH.claims), None):
            return ""
        from kg.comparison import elsewhere

        return elsewhere(triple, self.dataset, self.viewpoint, gated=self._gated)
