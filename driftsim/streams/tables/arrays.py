"""Arrays: numpy's .npy and .npz files, whose columns have no names, or those of their fields."""

import io
import zipfile

from driftsim.messages import short
from driftsim.streams.tables.cells import Reading
from driftsim.streams.tables.sheets import Sheet

STARTS = (b"\x93NUMPY", b"PK")  # of .npy and of .npz
PAIRS = (("X", "y"), ("x", "y"), ("data", "target"))  # names of features and labels in a .npz


def from_numpy(data: bytes) -> Sheet:
    """A .npy or .npz file: rows of one array, the last column being the labels; or X and y.

    Columns are x1, x2, … and y; those of an array of records are its fields. Nothing is unpickled.
    """
    import numpy as np

    if not data.startswith(STARTS):
        raise ValueError("it does not begin as numpy's files do; write it by np.save or np.savez")
    try:
        loaded = np.load(io.BytesIO(data), allow_pickle=False)
        arrays = {"": loaded} if isinstance(loaded, np.ndarray) else dict(loaded)
    except (OSError, EOFError, ValueError, zipfile.BadZipFile) as error:
        about = "it holds Python objects" if "allow_pickle" in str(error) else str(error)
        raise ValueError(f"the file cannot be read as numpy's ({about}); write it again") from None
    names, columns = columns_of(arrays)
    return Sheet(names, [*map(cells_of, names, columns)], [Reading.typed] * len(names))


def columns_of(arrays):
    """The names and the columns of the arrays in a file."""
    for X, y in PAIRS:
        if arrays.keys() == {X, y}:
            names, columns = named(arrays[X])
            labels = arrays[y].reshape(len(arrays[y]), -1) if arrays[y].ndim else arrays[y]
            if labels.ndim != 2 or labels.shape != (len(columns[0]) if columns else 0, 1):
                raise ValueError(f"{y} should be one label for each row of {X}")
            return [*names, "y"], [*columns, labels[:, 0]]
    if len(arrays) == 1:
        return named(*arrays.values())
    holds = ", ".join(f"{name} {array.shape}" for name, array in arrays.items())
    raise ValueError(f"it holds {holds or 'nothing'}; it should hold X and y, or one table")


def named(array):
    """The names and columns of an array of rows."""
    if array.dtype.names and array.ndim == 1:
        return list(array.dtype.names), [array[name] for name in array.dtype.names]
    if array.ndim == 1:
        return ["x1"], [array]
    if array.ndim != 2:
        raise ValueError(
            f"an array of shape {array.shape} is no table; it should have rows of cells"
        )
    return [f"x{j + 1}" for j in range(array.shape[1])], list(array.T)


def cells_of(name, column):
    """A column as an Arrow array."""
    import pyarrow as pa

    if column.dtype.kind == "S":
        column = column.astype(str)
    try:
        return pa.array(column)
    except (pa.ArrowException, NotImplementedError):
        about = f"column {short(name)} is of {column.dtype}; it should hold numbers or words"
        raise ValueError(about) from None
