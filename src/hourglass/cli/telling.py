"""A run and its scores, as lines and tables."""

from hourglass.cli.output import print_json, print_line, print_table
from hourglass.cli.telling_classes import tell_classification, tell_classifiers
from hourglass.cli.telling_estimates import tell_estimates
from hourglass.records import (
    FILES,
    CrossCell,
    CrossTable,
    Embedding,
    GroupRecord,
    LatentHealth,
    Scores,
    TrainedByTested,
    VariationalScores,
    to_json,
)
from hourglass.runs import GroupFolder, RunFolder


def tell_scores(scores: Scores, *, json: bool) -> None:
    """Print the table of a run: every method on the same pairs, and on which split."""
    if json:
        print_json(to_json(scores))
        return
    seen = f"seen through {scores.corruption}" if scores.corruption else "clean input"
    if scores.corruption == FILES:
        seen = "as noisy as the files are"
    print_table(
        f"{scores.data}, {scores.images:,} {scores.split} images, {seen}",
        ("method", "MSE", "PSNR dB", "mean PSNR dB", "SSIM", "gain dB"),
        [
            (
                method.label,
                f"{method.mse:.5f}",
                f"{method.psnr:.2f}",
                f"{method.psnr_per_image:.2f}",
                f"{method.ssim:.3f}",
                "" if method.gain is None else f"{method.gain:+.2f}",
            )
            for method in scores.methods
        ],
    )
    print_line("PSNR is that of the mean MSE; mean PSNR is the mean over images.")
    for line in scores.left_out:
        print_line(line)
    if scores.lookup is not None:
        for line in scores.lookup.lines():
            print_line(line)
    if scores.latent is not None:
        print_line(_latent(scores.latent))
    if scores.variational is not None:
        _tell_variational(scores.variational)
    print_line(_verdict(scores))


def tell_cross(table: CrossTable, *, json: bool) -> None:
    """Print how a run does on input that it was not trained on."""
    if json:
        print_json(to_json(table))
        return
    print_table(
        f"{table.model} ({table.run}), trained on {table.trained_on or 'clean images'} of "
        f"{table.data}, {table.cells[0].images:,} test images",
        ("tested on", "test MSE", "PSNR dB", "input MSE", "LMMSE for it", "train MSE", "gap"),
        [
            (
                cell.tested_on or "clean input",
                f"{cell.mse:.5f}",
                f"{cell.psnr:.2f}",
                f"{cell.input_mse:.5f}",
                _figure(cell.lmmse),
                _figure(cell.train_mse),
                _figure(cell.gap, sign="+"),
            )
            for cell in table.cells
        ],
    )
    print_line(
        "Input, LMMSE: the input itself and the affine map fitted to this corruption, test split. "
        "Gap: test MSE less train MSE, on as many images of each."
    )


def tell_embedding(embedding: Embedding, *, json: bool) -> None:
    """Print how images lie in the code of a run, beside raw pixels and PCA."""
    if json:
        print_json(to_json(embedding))
        return
    print_table(
        f"{embedding.model} ({embedding.run}) on {embedding.data}, clean {embedding.split} images",
        (
            "space",
            "numbers",
            "effective",
            "kNN %",
            "probe %",
            "clusters %",
            "NMI",
            "ARI",
            "trustworthy",
            "continuous",
        ),
        [
            (
                space.label,
                f"{space.dimensions:,}",
                f"{space.effective_dimension:.1f}",
                _percent(space.neighbors_accuracy),
                _percent(space.probe_accuracy),
                _percent(space.clustering_accuracy),
                _share(space.mutual_information),
                _share(space.adjusted_rand),
                _share(space.trustworthiness),
                _share(space.continuity),
            )
            for space in embedding.spaces
        ],
    )
    for line in embedding.lines():
        print_line(line)


def tell_trained_by_tested(result: TrainedByTested, *, json: bool) -> None:
    """Print the 2×2 of a clean-trained and a noisy-trained run."""
    if json:
        print_json(to_json(result))
        return
    print_table(
        f"{result.clean.model} and {result.noisy.model} on {result.clean.data}, "
        f"{result.clean.cells[0].images:,} test images",
        ("trained on", "tested clean", "gap", f"tested on {result.corruption}", "gap"),
        [
            (
                table.trained_on or "clean images",
                *_error_and_gap(table.cell(None)),
                *_error_and_gap(table.cell(result.corruption)),
            )
            for table in (result.clean, result.noisy)
        ],
    )
    noisy = result.noisy.cell(result.corruption)
    print_line(
        f"Test MSE, and gap: test MSE less train MSE. On {result.corruption} the input itself has "
        f"test MSE {noisy.input_mse:.5f}, the affine LMMSE {_figure(noisy.lmmse)}."
    )
    print_line(result.verdict())


def tell_group(group: GroupFolder) -> None:
    """Print the comparison of a group's runs, and where its report is."""
    record = group.read_record()
    if record.classifiers:
        tell_classifiers(record, group)
    if record.members:
        _tell_members(record, group)
    if record.noise is not None:
        print_line(
            f"Noise factor chosen on validation: {record.noise.chosen:g}, with a mean gain of "
            f"{max(record.noise.mean_gains):.2f} dB over all levels."
        )
    if record.suite is not None and record.suite.best is not None:
        others = f", least good {record.suite.least_good}" if record.suite.least_good else ""
        print_line(f"Best suite, chosen on validation: {record.suite.best}{others}.")
    for note in record.notes:
        print_line(note)
    print_line(f"Report: {group.report}")


def _tell_members(record: GroupRecord, group: GroupFolder) -> None:
    rows = []
    for member in record.members:
        scores = group.run(member.name).read_scores()
        rows.append(
            (
                f"{member.name}{' (own choice)' if member.role == 'own' else ''}",
                f"{group.run(member.name).read_record().parameters:,}",
                f"{member.test_mse:.5f}",
                f"{member.gap:+.5f}",
                f"{scores.model.psnr:.2f}",
                f"{scores.best_baseline.mse:.5f} {scores.best_baseline.label}",
                "COLLAPSED" if scores.collapsed else "",
            )
        )
    columns = ("run", "parameters", "test MSE", "gap", "PSNR dB", "best baseline", "")
    print_table(f"{record.name}: {record.about}", columns, rows)
    print_line("Test split; gap: test MSE less train MSE.")


def _error_and_gap(cell: CrossCell) -> tuple[str, str]:
    return f"{cell.mse:.5f}", _figure(cell.gap, sign="+")


def _figure(value: float | None, sign: str = "") -> str:
    return "" if value is None else f"{value:{sign}.5f}"


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.2f}"


def _share(share: float | None) -> str:
    return "" if share is None else f"{share:.4f}"


def tell_finished_run(run: RunFolder, *, json: bool) -> None:
    """Print the table of a run that has just been made, and what can be done with it."""
    experiment, scores = run.read_experiment(), None
    if experiment.classifies:
        tell_classification(run.read_classification(), json=json)
    elif experiment.estimates and not (experiment.knows_clean and json):
        tell_estimates(run.read_estimates(), json=json)
    if experiment.knows_clean and not experiment.classifies:
        scores = run.read_scores()
        tell_scores(scores, json=json)
    if json:
        return
    print_line(f"Report: {run.report}")
    print_line(f"Measure again: hourglass evaluate {run.path}")
    print_line(f"Hand the model on: hourglass export {run.path} --output MODEL.hourglass")
    if experiment.classifies:
        print_line(f"Classify files: hourglass classify {run.path} IN --output PREDICTIONS.csv")
    else:
        _tell_uses(run, scores)


def _tell_uses(run: RunFolder, scores: Scores | None) -> None:
    """Print what a model can be used for; one without scores was trained on noisy files."""
    coded = scores is not None and scores.latent is not None
    if coded:
        print_line(f"Measure and map the code: hourglass evaluate {run.path} --latents")
    if scores is None or scores.corruption:
        print_line(f"Denoise files: hourglass denoise {run.path} IN --output OUT")
    else:
        print_line(f"Rebuild files: hourglass reconstruct {run.path} IN --output OUT")
    if coded:
        print_line(f"Find anomalies: hourglass detect {run.path} IN --output OUT")
        print_line(f"Search images by the code: hourglass embed {run.path} IN --output LATENTS.npz")
        print_line(f"Decode random codes: hourglass sample {run.path} --output SHEET.png")
        print_line(f"Go between two images: hourglass interpolate {run.path} --output STRIP.png")


def _latent(latent: LatentHealth) -> str:
    return (
        f"Code of {latent.units} numbers ({latent.split} images): effective dimension "
        f"{latent.effective_dimension:.1f}, {latent.dead} dead, {latent.constant} constant."
    )


def _tell_variational(found: VariationalScores) -> None:
    """Print what the codes cost, in nats, and whether they are used."""
    print_line(
        f"In nats an image ({found.images:,} {found.split} images; {found.likelihood}): "
        f"log-likelihood {found.log_likelihood:.2f} − KL {found.divergence:.2f} (summed over "
        f"{found.units} units) = ELBO {found.elbo:.2f}."
    )
    bound = found.bound
    print_line(
        f"Importance-weighted bound, {bound.draws} codes an image: {bound.bound:.2f}, above an "
        f"ELBO of {bound.elbo:.2f} (first {bound.images:,} {found.split} images)."
    )
    print_line(f"{found.active_units} of {found.units} units are active. {found.verdict()}")


def _verdict(scores: Scores) -> str:
    if scores.collapse is not None and scores.collapse.collapsed:
        return f"The {scores.model.label} COLLAPSED: {scores.collapse.cause}."
    model, baseline = scores.model, scores.best_baseline
    gain = model.psnr - baseline.psnr
    if gain > 0:
        return f"The {model.label} is {gain:.2f} dB better than {baseline.label}, the next best."
    return (
        f"The {model.label} is {-gain:.2f} dB WORSE than {baseline.label}, which needs no network. "
        "Train longer (--minutes), or choose another network."
    )
