"""Regression trees: the room that they grow into."""

from driftsim.kernels.regression_trees import hoeffding_tree_regressor, with_nodes
from driftsim.kernels.search_trees import NONE


def test_new_nodes_have_no_candidates_though_the_last_node_has_some():
    """Several trees take the last pair of nodes before there is too little room."""
    trees = hoeffding_tree_regressor(2, d=3)
    trees.candidates.roots[-1] = 7
    larger = with_nodes(trees)
    assert len(larger.nodes) > len(trees.nodes)
    assert (larger.candidates.roots[len(trees.nodes) :] == NONE).all()
