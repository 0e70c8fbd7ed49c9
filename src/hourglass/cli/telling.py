"""A run and its scores, as lines and tables."""

from hourglass.cli.output import print_json, print_line, print_table
from hourglass.records import LatentHealth, Scores, to_json
from hourglass.runs import RunFolder


def tell_scores(scores: Scores, *, json: bool) -> None:
    """Print the table of a run: every method on the same pairs, and on which split."""
    if json:
        print_json(to_json(scores))
        return
    seen = f"seen through {scores.corruption}" if scores.corruption else "clean input"
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
    if scores.latent is not None:
        print_line(_latent(scores.latent))
    print_line(_verdict(scores))


def tell_finished_run(run: RunFolder, *, json: bool) -> None:
    """Print the table of a run that has just been made, and what can be done with it."""
    scores = run.read_scores()
    tell_scores(scores, json=json)
    if json:
        return
    print_line(f"Report: {run.report}")
    print_line(f"Measure again: hourglass evaluate {run.path}")
    if scores.corruption:
        print_line(f"Denoise files: hourglass denoise {run.path} IN --output OUT")


def _latent(latent: LatentHealth) -> str:
    return (
        f"Code of {latent.units} numbers ({latent.split} images): effective dimension "
        f"{latent.effective_dimension:.1f}, {latent.dead} dead, {latent.constant} constant."
    )


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
