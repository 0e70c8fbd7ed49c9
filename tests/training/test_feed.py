import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from hourglass.errors import DataError
from hourglass.images import ArrayImages, load_folder
from hourglass.models import build_model
from hourglass.records import ModelSpec, NetworkOptions, TrainingPlan
from hourglass.training import Feed, train


def counted(count: int, dtype: str = "uint8") -> ArrayImages:
    """Return images whose every pixel tells which image it is."""
    pixels = np.arange(count, dtype=dtype)[:, None, None, None]
    return ArrayImages(np.broadcast_to(pixels, (count, 3, 4, 1)).copy())


@given(st.integers(1, 60), st.integers(1, 70), st.integers(0, 2**31), st.integers(0, 200))
def test_rows_are_a_function_of_seed_and_step(count, batch_size, seed, first_step):
    feed = Feed(counted(count), batch_size, seed)
    together = feed.rows(first_step, 5)
    assert together.shape == (5, min(batch_size, count))
    one_by_one = [Feed(counted(count), batch_size, seed).rows(first_step + i, 1) for i in range(5)]
    assert np.array_equal(together, np.concatenate(one_by_one))


@given(st.integers(1, 60), st.integers(1, 60))
def test_a_pass_shows_no_image_twice(count, batch_size):
    feed = Feed(counted(count), batch_size, seed=1)
    seen = feed.rows(0, feed.steps_per_epoch).ravel()
    assert len(set(seen)) == len(seen) > count - feed.batch_size


def test_passes_have_orders_of_their_own():
    feed = Feed(counted(40), 10, seed=1)
    assert not np.array_equal(feed.rows(0, 4), feed.rows(4, 4))
    assert not np.array_equal(feed.rows(0, 4), Feed(counted(40), 10, seed=2).rows(0, 4))


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_the_graph_gives_the_rows_in_order_scaled_to_one(dtype):
    images = counted(50, dtype)
    feed = Feed(images, 8, seed=3)
    feed.first_step, feed.steps = 5, 9
    batches = list(feed.batches())
    assert len(batches) == 9
    for (seen, clean), rows in zip(batches, feed.rows(5, 9), strict=True):
        assert np.array_equal(seen, clean)
        assert np.allclose(clean, images.read(rows), atol=1e-7)


def test_every_iteration_starts_at_the_step_it_is_told():
    feed = Feed(counted(50), 8, seed=3)
    feed.steps = 2
    batches = feed.batches()
    first = [clean.numpy() for clean, _ in batches]
    feed.first_step = 2
    second = [clean.numpy() for clean, _ in batches]
    assert np.allclose(first[1], feed.images.read(feed.rows(1, 1)[0]))
    assert np.allclose(second[0], feed.images.read(feed.rows(2, 1)[0]))


def test_float_images_are_fed_as_they_are():
    pixels = np.random.default_rng(0).random((20, 3, 4, 2), np.float32)
    feed = Feed(ArrayImages(pixels), 20, seed=0)
    ((clean, _),) = list(feed.batches())
    assert np.array_equal(np.sort(clean.numpy().ravel()), np.sort(pixels.ravel()))


@pytest.fixture
def in_files(tmp_path):
    """Return images that are read from their files."""
    for number in range(20):
        Image.fromarray(np.full((4, 5), number, np.uint8)).save(tmp_path / f"{number:02}.png")
    return load_folder(tmp_path, in_memory=0).train


def test_images_in_files_come_in_the_order_of_those_in_memory(in_files):
    feed = Feed(in_files, 3, seed=3)
    feed.steps = 12
    for (_, clean), rows in zip(feed.batches(), feed.rows(0, 12), strict=True):
        assert np.allclose(clean[:, 0, 0, 0] * 255, rows, atol=1e-4)


def test_a_file_that_changed_ends_the_training_with_its_name(in_files, tmp_path):
    options = NetworkOptions(units=(4,), latent_dim=2, activation="relu")
    model = build_model(ModelSpec(network="dense", image_shape=(4, 5, 1), options=options), seed=0)
    (tmp_path / "07.png").write_bytes(b"")
    nothing = np.zeros((2, 4, 5, 1), np.float32)
    plan = TrainingPlan(epochs=1, batch_size=4)
    with pytest.raises(DataError, match=r"07\.png could be read when it was checked: it is empty"):
        train(model, in_files, plan, validation=(nothing, nothing))
