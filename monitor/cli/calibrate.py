"""``monitor calibrate``: how does this camera look at the floor, and how well is that known?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.output import JsonFlag, errors, print_json, progress
from monitor.detectors.finder import load_finder
from monitor.detectors.ground import Agreement, ground_plane_of
from monitor.domain.errors import InputError, NotFoundError
from monitor.domain.places import Camera
from monitor.domain.text import Text
from monitor.runtime.calibration import CalibrationResult, Given, as_dict, calibrate
from monitor.runtime.environment import models_folder
from monitor.runtime.floor_picture import write_floor_picture
from monitor.runtime.people_watch import Sightings, watch_people
from monitor.settings import load_settings
from monitor.settings.camera_file import CameraFile, load_camera_file
from monitor.settings.district import district_of, floor_marks_of
from monitor.settings.schema import Finder

_LIVE_MINUTES = 10.0


def calibrate_camera(
    camera: Annotated[
        str | None, typer.Argument(help="Id of a camera of the configuration file.")
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(
            "--config",
            "-c",
            envvar="KANHU_CONFIG",
            help="The district's file; with --video a camera file (masks, points), if any.",
        ),
    ] = None,
    video: Annotated[
        Path | None, typer.Option("--video", help="Watch this recording, not a camera.")
    ] = None,
    minutes: Annotated[
        float | None,
        typer.Option(min=0.1, max=1440, help="Watch no longer than this (live: 10)."),
    ] = None,
    person_height: Annotated[
        float | None,
        typer.Option(min=0.5, max=2.3, help="Only one person, this tall (m), walks about."),
    ] = None,
    height_m: Annotated[
        float | None, typer.Option(min=0.5, max=20, help="Known: the lens above the floor, m.")
    ] = None,
    focal_px: Annotated[
        float | None, typer.Option(min=50, max=20000, help="Known: the focal length, pixels.")
    ] = None,
    points: Annotated[
        Path | None,
        typer.Option(help="Measure these points instead: a file with calibration: {points: …}."),
    ] = None,
    picture: Annotated[
        Path | None, typer.Option(help="Write the last picture with a metre grid here.")
    ] = None,
    model: Annotated[
        str | None, typer.Option(help="Model in models/manifest.toml (the configured one).")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Watch the people on a camera, and say how the camera hangs and how sure that is.

    Adults and children must both walk about, near and far; or, with `--person-height`, one person
    alone. Exit code 1 if the result must not be used.

    Example: `monitor calibrate sun-room-east -c configs/district.yaml --picture floor.jpg`
    """
    if points is not None and (person_height or height_m or focal_px):
        raise InputError(
            Text("有了标记点，就不用再写其他已知值", "points leave nothing to be known beforehand"),
            where="--points",
            hint=Text("只写这一项", "give it alone"),
        )
    if video is not None:
        watched, finder_part = _recording(camera, video, config)
    else:
        watched, finder_part = _configured(camera, config)
        live = not watched.url.startswith("file:")
        minutes = _LIVE_MINUTES if minutes is None and live else minutes
    marks = floor_marks_of(load_camera_file(points).calibration) if points else ()
    if points is not None and not marks:
        raise InputError(
            Text("没有写标记点", "names no points"),
            where=str(points),
            hint=Text("见 docs/how-to/calibrate.md", "see docs/how-to/calibrate.md"),
        )
    known = bool(person_height or height_m or focal_px)
    given = Given(
        person_height, height_m, focal_px, marks or (() if known else watched.floor_marks)
    )
    ground_plane_of(watched)
    sightings = _watch(watched, finder_part, model, minutes)
    result = calibrate(watched, sightings, given)
    if picture is not None and result.plane is not None:
        write_floor_picture(picture, sightings.last.image, result.plane)
    if as_json:
        print_json({"camera": watched.id, **as_dict(result, sightings)})
    else:
        _print(watched, sightings, result)
    if not result.usable:
        raise typer.Exit(1)


def _recording(camera: str | None, video: Path, config: Path | None) -> tuple[Camera, Finder]:
    if camera is not None:
        raise InputError(
            Text("录像没有摄像机编号", "a recording has no camera id"),
            where=camera,
            hint=Text("摄像机与 --video 只写其中一个", "give a camera or --video, not both"),
        )
    file = CameraFile() if config is None else load_camera_file(config)
    return file.camera_of(video.stem, video, 1280, 720), Finder()


def _configured(camera_id: str | None, config: Path | None) -> tuple[Camera, Finder]:
    if camera_id is None:
        raise InputError(
            Text("哪一台摄像机？", "which camera?"),
            hint=Text(
                "写摄像机编号并加 -c 文件，或写 --video 文件",
                "give a camera's id with -c FILE, or --video FILE",
            ),
        )
    if config is None:
        raise InputError(
            Text("没有写配置文件", "no configuration file"),
            where="--config",
            hint=Text("用 -c 文件 指明", "give it with -c FILE"),
        )
    settings = load_settings(config)
    district = district_of(settings, config.resolve().parent)
    for camera in district.cameras:
        if camera.id == camera_id:
            return camera, settings.model
    raise NotFoundError(
        Text(f"没有摄像机“{camera_id}”", f"there is no camera '{camera_id}'"),
        where=str(config),
        hint=Text(
            f"现有摄像机：{'、'.join(camera.id for camera in district.cameras[:12])}",
            f"cameras: {', '.join(camera.id for camera in district.cameras[:12])}",
        ),
    )


def _watch(camera: Camera, part: Finder, model: str | None, minutes: float | None) -> Sightings:
    finder = load_finder(
        model or part.name,
        part.models_dir or models_folder(),
        engine=part.finder,
        input_size=(part.input_width, part.input_height),
        confidence=part.confidence,
    )
    with progress() as report:
        return watch_people(camera, finder, lambda share: report(camera.id, share), minutes=minutes)


def _print(camera: Camera, sightings: Sightings, result: CalibrationResult) -> None:
    typer.echo(
        f"{camera.id}: {sightings.seen} sightings of standing people in "
        f"{sightings.seconds:.0f} s, {sightings.width}×{sightings.height}"
    )
    if result.mounting is not None:
        height, pitch, focal = result.mounting
        typer.echo(f"camera: {height:.2f} m high, {pitch:.1f}° down, focal length {focal:.0f} px")
    if result.marks_error_m is not None:
        typer.echo(
            f"points: {100 * result.marks_error_m:.1f} cm off on the floor (root mean square)"
        )
    if result.agreement is not None:
        typer.echo(f"people: {_words(result.agreement)}")
    if result.configured is not None:
        typer.echo(f"as configured now: {_words(result.configured)}")
    if result.usable:
        typer.echo(f"\nUsable. For the configuration of this camera:\n\n{result.snippet}")
    else:
        errors.print(f"Not usable: {result.reason}.")


def _words(agreement: Agreement) -> str:
    if not agreement.inliers:
        return f"none of {agreement.people} fit"
    top, bottom = agreement.rows
    return (
        f"heights off by {100 * agreement.error_m:.1f} cm (median), "
        f"{100 * agreement.error_p90_m:.1f} cm (90%); {agreement.inliers:.0%} of "
        f"{agreement.people} fit, {agreement.adults:.0%} of these adults; "
        f"feet at {top:.0%}–{bottom:.0%} of the picture's height"
    )
