"""MOA: its learners, and its own loop over rows of ours that it holds in memory.

Needs Java and the package capymoa (pip install capymoa).
"""

import sys
import time

folder = sys.path.pop(0)  # this one, where capymoa would take moa.py for its package `moa`
import jpype  # noqa: E402
from capymoa.evaluation import ClassificationEvaluator, RegressionEvaluator  # noqa: E402
from capymoa.stream import NumpyStream, Schema  # noqa: E402

sys.path.insert(0, folder)


def instances(held, rows):
    """The schema of rows, their header, and the rows as instances of MOA in memory."""
    if held.schema.nominal:
        return nominal_instances(held.rows(0, rows), held.schema)
    block = held.rows(0, rows)
    target = "numeric" if held.schema.regression else "categorical"
    stream = NumpyStream(block.X, block.y, target_type=target)
    header = stream.get_schema().get_moa_header()
    kept = jpype.JClass("com.yahoo.labs.samoa.instances.Instances")(header, rows)
    while stream.has_more_instances():
        kept.add(stream.next_instance().java_instance.getData())
    return stream.get_schema(), header, kept


def nominal_instances(block, schema):
    """The same, where columns are nominal attributes, with as many values as the schema has."""
    package = "com.yahoo.labs.samoa.instances"
    attribute, row = (jpype.JClass(f"{package}.{name}") for name in ("Attribute", "DenseInstance"))
    attributes = jpype.JClass("java.util.ArrayList")()
    for j, name in enumerate([*schema.names, "class"]):
        n = schema.nominal.get(j) if j < len(schema.names) else schema.n_classes
        values = jpype.JClass("java.util.ArrayList")([f"v{i}" for i in range(n or 0)])
        attributes.add(attribute(name, values) if n else attribute(name))
    kept = jpype.JClass(f"{package}.Instances")("rows", attributes, len(block.y))
    kept.setClassIndex(len(schema.names))
    header = jpype.JClass(f"{package}.InstancesHeader")(kept)
    header.setClassIndex(len(schema.names))
    for x, y in zip(block.X, block.y):
        one = row(1.0, jpype.JArray(jpype.JDouble)([*x, y]))
        one.setDataset(header)
        kept.add(one)
    return Schema(header), header, kept


def new_learner(name, options, header, seed=None):
    """A learner of MOA that has learned nothing; its own seed where none is given."""
    made = jpype.JClass(f"moa.classifiers.{name}")()
    if options:
        made.getOptions().setViaCLIString(options)
    if seed is not None:
        made.setRandomSeed(seed)
    made.setModelContext(header)
    made.prepareForUse()
    return made


def evaluated(learner, schema, header, kept):
    """The seconds of MOA's own loop over rows in memory; the accuracy in percent, or the MAE."""
    loop = jpype.JClass("moa.evaluation.EfficientEvaluationLoops")
    stream = jpype.JClass("moa.streams.CachedInstancesStream")(kept)
    regression = schema.is_regression()
    evaluator = (RegressionEvaluator if regression else ClassificationEvaluator)(schema=schema)
    start = time.thread_time()
    loop.PrequentialEvaluation(
        stream, learner, evaluator.moa_basic_evaluator, None, -1, -1, False, False
    )
    return time.thread_time() - start, evaluator.mae() if regression else evaluator.accuracy()
