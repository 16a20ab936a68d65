"""Points from files of every form, and what is refused."""

import os
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from flowviz.errors import FileError, FlowvizError
from flowviz.specs import PointsSpec, target_spec
from flowviz.targets import (
    Points,
    build_target,
    columns_of,
    points_spec,
    read_points,
    reading_columns,
    reading_points,
    tables,
    text_table,
)

DATA = np.random.default_rng(0).normal(size=(60, 2)) * 3 + 100


def rows(separator: str = ",", data: NDArray[np.float64] = DATA) -> str:
    return "".join(separator.join(f"{value:.6f}" for value in row) + "\n" for row in data)


def points_of(spec: PointsSpec) -> NDArray[np.float64]:
    return spec.rows.astype(np.float64) * spec.unit + spec.center


TABLES: dict[str, str | bytes] = {
    "plain": rows(),
    "header": "x,y\n" + rows(),
    "header of one word each, quoted": '"lon","lat"\n' + rows(", "),
    "semicolons and decimal commas": "a;b\n" + rows(";").replace(".", ","),
    "semicolons and decimal points": rows(";"),
    "tabs": rows("\t"),
    "spaces": "  " + rows("   ").replace("\n", "\n   "),
    "comments": "# made by hand\n# x y\n" + rows(" "),
    "windows": b"\xef\xbb\xbfx,y\r\n" + rows().replace("\n", "\r\n").encode(),
    "blank lines": "\n\nx,y\n\n" + rows() + "\n\n",
    "no line break at the end": rows().rstrip("\n"),
}


@pytest.mark.parametrize("content", TABLES.values(), ids=TABLES.keys())
def test_tables_are_read(content: str | bytes, tmp_path: Path) -> None:
    path = tmp_path / "points.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    np.testing.assert_allclose(points_of(read_points(path)), DATA, atol=1e-5)


def test_arrays_are_read(tmp_path: Path) -> None:
    x, y = DATA.T
    np.save(tmp_path / "plain.npy", DATA)
    np.save(tmp_path / "other.npy", np.asfortranarray(DATA.astype(">f4")))
    np.save(tmp_path / "named.npy", np.array(list(zip(x, y, strict=True)), dtype=[("x", "f8"), ("y", "f8")]))
    np.savez(tmp_path / "one.npz", points=DATA)
    np.savez_compressed(tmp_path / "columns.npz", x=x, y=y)
    np.savetxt(tmp_path / "text.txt", DATA, header="x y")
    for path in sorted(tmp_path.iterdir()):
        np.testing.assert_allclose(points_of(read_points(path)), DATA, atol=1e-4, err_msg=path.name)


def test_two_columns_are_chosen_by_name_or_number(tmp_path: Path) -> None:
    data = np.random.default_rng(1).normal(size=(60, 4))
    csv, npy, npz = (tmp_path / f"four.{ending}" for ending in ("csv", "npy", "npz"))
    csv.write_text("t,lon,name,lat\n" + rows(data=data).replace("\n", "\n"))
    np.save(npy, data)
    np.savez(npz, t=data[:, 0], lon=data[:, 1], name=data[:, 2], lat=data[:, 3])
    assert columns_of(csv).names == columns_of(npz).names == ("t", "lon", "name", "lat")
    assert columns_of(npy).names == ("1", "2", "3", "4")
    for path, columns in ((csv, "lat, lon"), (csv, "4,2"), (npy, "4,2"), (npz, "lat,lon"), (npz, "lat,2")):
        np.testing.assert_allclose(points_of(read_points(path, columns)), data[:, [3, 1]], atol=1e-5)


def test_a_column_of_words_is_no_harm_where_others_are_chosen(tmp_path: Path) -> None:
    path = tmp_path / "cities.csv"
    path.write_text("city,x,y\n" + "".join(f"town {i},{x},{y}\n" for i, (x, y) in enumerate(DATA)))
    np.testing.assert_allclose(points_of(read_points(path, "x,y")), DATA, atol=1e-5)
    with pytest.raises(FileError, match="that are not numbers, such as 'town 0'"):
        read_points(path, "city,y")


CITIES = [(f"town {i}", "", x, f"{i} km", y) for i, (x, y) in enumerate(DATA)]


@pytest.mark.parametrize("header", ["city,note,east,far,north\n", ""])
def test_first_two_columns_of_numbers_are_read_by_default(header: str, tmp_path: Path) -> None:
    path = tmp_path / "cities.csv"
    path.write_text(header + "".join(",".join(map(str, row)) + "\n" for row in CITIES))
    np.testing.assert_allclose(points_of(read_points(path, "3,5")), DATA, atol=1e-5)
    path.write_text(path.read_text().replace(",,", ",-,"))
    np.testing.assert_allclose(points_of(read_points(path)), DATA, atol=1e-5)
    found = columns_of(path)
    assert found.usual == (2, 4)
    x, y = ("east", "north") if header else ("3", "5")
    assert (
        found.sentence("cities.csv")
        == f"flowviz reads the columns '{x}' and '{y}' of cities.csv, the first two with numbers."
    )


def test_first_two_columns_of_numbers_are_read_from_arrays_by_default(tmp_path: Path) -> None:
    records = np.array(
        [(f"town {i}", x, y) for i, (x, y) in enumerate(DATA)], dtype=[("c", "U9"), ("x", "f8"), ("y", "f8")]
    )
    np.save(tmp_path / "records.npy", records)
    np.savez(tmp_path / "columns.npz", c=records["c"], x=records["x"], y=records["y"])
    for path in sorted(tmp_path.iterdir()):
        np.testing.assert_allclose(points_of(read_points(path)), DATA, atol=1e-5)
        assert columns_of(path).usual == (1, 2)


def test_years_name_columns_beside_words(tmp_path: Path) -> None:
    path = tmp_path / "years.csv"
    path.write_text("country,1990,2000\n" + "".join(f"c{i},{x},{y}\n" for i, (x, y) in enumerate(DATA)))
    assert columns_of(path) == (("country", "1990", "2000"), (1, 2))
    np.testing.assert_allclose(points_of(read_points(path)), DATA, atol=1e-5)


def test_whole_numbers_beside_words_are_data(tmp_path: Path) -> None:
    path = tmp_path / "cities.csv"
    path.write_text("".join(f"Paris,{48 + i},{2 * i * i}\n" for i in range(50)))
    assert columns_of(path) == (("1", "2", "3"), (1, 2))
    assert len(read_points(path).rows) == 50


def test_two_columns_need_no_sentence(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("x,y\n" + rows())
    assert columns_of(tmp_path / "x.csv").sentence("x.csv") == ""


def test_far_units_lose_nothing(tmp_path: Path) -> None:
    """Seconds since 1970: float32 alone would round them to two minutes."""
    data = np.stack([1.7e9 + np.arange(100.0), np.random.default_rng(0).random(100)], axis=1)
    np.save(tmp_path / "times.npy", data)
    np.testing.assert_allclose(points_of(read_points(tmp_path / "times.npy"))[:, 0], data[:, 0], atol=1e-3)


def test_progress_is_told_and_reading_can_be_cancelled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_table, "CHUNK_ROWS", 5000)
    path = tmp_path / "many.csv"
    path.write_text(1000 * rows())
    shares = list(reading_points(path))
    assert len(shares) == 12
    assert shares == sorted(shares)
    assert 0 < shares[0] < 0.5 < shares[-1] == 1
    reading = reading_points(path)
    next(reading)
    reading.close()
    with pytest.raises(StopIteration):
        next(reading)
    path.rename(tmp_path / "not in use")


def test_more_rows_than_can_be_learned_are_refused(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text(rows())
    np.save(tmp_path / "x.npy", DATA)
    for name in ("x.csv", "x.npy"):
        with pytest.raises(FileError, match="more than 59 rows"):
            list(reading_columns(tmp_path / name, max_rows=59))


BAD: dict[str, tuple[str | bytes, str]] = {
    "one row": ("1,2\n", "There is 1 point."),
    "header only": ("x,y\n", "There are 0 points"),
    "one column": ("1\n2\n3\n", "only one column"),
    "three columns of words": ("a,b,c\n" + "k,l,m\n" * 30, "that are not numbers, such as 'k'"),
    "nan": (rows() + "nan,1\n", "x has missing or infinite numbers in 1 of its 61 rows, starting with row 61"),
    "infinity": ("1,inf\n" + rows(), "starting with row 1"),
    "too large": ("1e400,1\n" * 30, "in 30 of its 30 rows"),
    "a cell is missing": (rows() + "3,\n", "starting with row 61"),
    "a word": (rows() + "3,abc\n", "such as 'abc'"),
    "a long row": (rows() + "1,2,3\n", "line 61 has 3 columns instead of 2"),
    "a header that is too short": ("x,y\n" + "1,2,3\n" * 30, "first row has 2 columns, but the next one has 3"),
    "an open quote": ('"1,2\n' + rows(), "could not be split into rows and columns"),
    "latin-1, at once": ("größe,y\n".encode("latin-1") + rows().encode(), "not a text file in UTF-8"),
    "latin-1, later": (3000 * rows().encode() + b"\xe4,1\n", "not a text file in UTF-8"),
    "utf-16": (rows().encode("utf-16"), "not a text file in UTF-8"),
    "zeros": (bytes(5000), "not a table of numbers"),
    "noise": (np.random.default_rng(0).bytes(5000), "not a text file in UTF-8"),
    "one endless line": ("1" * 200_000, "not a table of numbers"),
    "the same point": ("1,2\n" * 40, "All points are equal"),
    "on a line": ("".join(f"{i},{2 * i}\n" for i in range(40)), "All points lie on a line"),
    "far apart": ("".join(f"{i}e307,{i * i}e306\n" for i in range(-9, 10)) + "1,1\n", "too large"),
}


@pytest.mark.parametrize(("content", "said"), BAD.values(), ids=BAD.keys())
def test_bad_tables_are_one_sentence(content: str | bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(FlowvizError) as error:
        read_points(path)
    assert said in str(error.value)
    assert str(error.value).endswith(".")
    assert "\n" not in str(error.value)


def test_bad_arrays_are_one_sentence(tmp_path: Path) -> None:
    def saved(array: NDArray[np.generic], change: tuple[bytes, bytes] = (b"", b""), end: int | None = None) -> bytes:
        np.save(tmp_path / "x.npy", array, allow_pickle=True)
        return (tmp_path / "x.npy").read_bytes().replace(*change)[:end]

    bad = {
        saved(np.array([1, "a", None], object)): "does not contain arrays of numbers",
        saved(DATA, end=300): "damaged",
        saved(DATA, (b"(60, 2)", b"(6e, 2)")): "damaged",
        saved(DATA, (b"(60, 2)", b"(99999999999, 2)")): "damaged",
        saved(DATA.astype(complex)): "values of type complex128 instead of numbers",
        saved(DATA > 0): "type bool instead",
        saved(DATA.astype(str)): "instead of numbers",
        saved(np.array(3.0)): "an array of shape (). The shape must be (n, 2)",
        saved(DATA.T): "There are 2 points",
        saved(DATA[:, :1]): "only one column",
    }
    for content, said in bad.items():
        (tmp_path / "x.npy").write_bytes(content)
        with pytest.raises(FlowvizError) as error:
            read_points(tmp_path / "x.npy")
        assert said in str(error.value)
        assert str(error.value).endswith(".")


def test_bad_archives_are_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.npz"
    np.savez(path, DATA, DATA)
    with pytest.raises(FileError, match=r"It contains arr_0 \(60, 2\), arr_1 \(60, 2\)"):
        read_points(path)
    np.savez(path)
    with pytest.raises(FileError, match="no arrays"):
        read_points(path)
    np.savez(path, DATA)
    path.write_bytes(path.read_bytes()[:300])
    with pytest.raises(FileError, match="damaged"):
        read_points(path)
    monkeypatch.setattr(tables, "MAX_ARRAY_BYTES", 1_000_000)
    np.savez_compressed(path, np.zeros((100_000, 2)))
    with pytest.raises(FileError, match="The limit for its unpacked arrays is 1 MB"):
        read_points(path)


def test_what_is_no_file_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").touch()
    (tmp_path / "loop.csv").symlink_to(tmp_path / "loop.csv")
    os.mkfifo(tmp_path / "pipe.csv")
    for name, said in (("empty", "is empty"), ("loop", "symbolic links"), ("pipe", "a pipe"), ("gone", "no such file")):
        with pytest.raises(FileError, match=said):
            read_points(tmp_path / f"{name}.csv")
    with pytest.raises(FileError, match="is a folder"):
        read_points(tmp_path)


def test_points_survive_json() -> None:
    spec = points_spec(DATA, "mine.csv")
    assert target_spec(spec.model_dump(mode="json")) == spec
    np.testing.assert_allclose(points_of(spec), DATA, atol=1e-5)


def test_points_far_out_are_counted_and_do_not_shrink_the_picture() -> None:
    rng = np.random.default_rng(0)
    target = Points(np.concatenate([rng.normal(size=(5000, 2)), [[1000, 0], [0, -1000], [500, 500]]]))
    assert target.outliers == 3
    left, right, _, _ = target.extent
    assert (right - left) < 0.2 * np.abs(target.sample(100_000, rng)).max()
    assert target.preview().max() == 255
    assert Points(rng.normal(size=(5000, 2))).outliers <= 5
    assert isinstance(build_target(points_spec(DATA)), Points)
