# SPDX-License-Identifier: MIT
"""What extract_features.py computes: which pictures and sounds of a video file the networks get, and what comes out."""
from __future__ import annotations

import collections.abc
import itertools
import struct
import subprocess
import tempfile

from convert_pt import Problem, one_line, shape_text

SIDE = 224                   # of the pictures, which are scaled to squares
FRAMES = 16                  # of a second
RATE = 16000                 # samples a second
WINDOW, HOP, BINS = 400, 160, 512        # samples of a spectrum, between two, and of its transform
MELS, PATCH = 64, 96                     # bands, spectra of a second
HEARD = WINDOW + (PATCH - 1) * HOP       # samples of a second that VGGish sees: 0.975 s
MEL_RANGE = 125.0, 7500.0                # Hz

VGG19 = (64, 64, "M", 128, 128, "M", *4 * (256,), "M", *4 * (512,), "M", *4 * (512,), "M")
VGGISH = (64, "M", 128, "M", 256, 256, "M", 512, 512, "M")
KERAS = ".h5", ".hdf5"
VGGISH_NEEDS = "vggish-10086976.pth of https://github.com/harritaylor/torchvggish"

# What a network expects of a picture with numbers from 0 to 255 in RGB: order of channels, mean and divisor in it.
PREPROCESSING = {
    "caffe": ((2, 1, 0), (103.939, 116.779, 123.68), (1.0, 1.0, 1.0)),
    "torchvision": ((0, 1, 2), (123.675, 116.28, 103.53), (58.395, 57.12, 57.375)),
}


class Decoder:
    """ffmpeg, which writes what it decodes of a file to `output`."""

    def __init__(self, path: str, *words: str) -> None:
        self.path, self.notes = path, tempfile.TemporaryFile()
        command = ["ffmpeg", "-v", "error", "-nostdin", "-i", f"file:{path}", *words, "-"]
        try:
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self.notes)
        except FileNotFoundError:
            raise Problem("expected ffmpeg on the PATH, found none") from None
        self.output = self.process.stdout

    def __enter__(self) -> Decoder:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.output.close()
        self.process.wait()
        self.notes.close()

    def expect_success(self, what: str, good: bool = True) -> None:
        if self.process.wait() == 0 and good:
            return
        self.notes.seek(0)
        note = " ".join(self.notes.read(4000).decode(errors="replace").split("\n")[0].split())
        raise Problem(f"{self.path}: expected a video with {what}, found: {note[:200] or 'nothing'}")


def sound(path: str, np: object) -> object:
    """The video's sound: one channel (the mean of all), 16 kHz, -1 ... 1, from the video's beginning."""
    words = ("-map", "0:a:0", "-af", f"aresample={RATE}:async=1:first_pts=0", "-c:a", "pcm_s16be", "-f", "au")
    with Decoder(path, *words) as decoder:
        content = decoder.output.read()
        decoder.expect_success("sound", content[:4] == b".snd")
    begin, _, _, rate, channels = struct.unpack(">5I", content[4:24])
    assert rate == RATE
    samples = np.frombuffer(content, ">i2", offset=begin, count=(len(content) - begin) // (2 * channels) * channels)
    return samples.reshape(-1, channels).mean(axis=1) / 32768


def frames(path: str, at_times: bool, np: object) -> collections.abc.Iterator[object]:
    """The video's pictures, [height, width, 3] in RGB: those that show at 0, 1/16, 2/16 ... seconds, or all."""
    sampling = ["-vf", f"fps={FRAMES}:start_time=0:round=up"] if at_times else ["-fps_mode", "passthrough"]
    words = ("-map", "0:v:0", *sampling, "-f", "image2pipe", "-c:v", "ppm", "-pix_fmt", "rgb24")
    with Decoder(path, *words) as decoder:
        while decoder.output.readline() == b"P6\n":
            width, height = map(int, decoder.output.readline().split())
            decoder.output.readline()
            yield np.frombuffer(decoder.output.read(3 * width * height), np.uint8).reshape(height, width, 3)
        decoder.expect_success("pictures")


def resized(picture: object, side: int, np: object) -> object:
    """Scales a picture to a square as OpenCV does: bilinear between the four nearest, whole numbers."""
    def axis(length: int) -> tuple[object, object, object]:
        place = np.clip((np.arange(side) + 0.5) * length / side - 0.5, 0, length - 1)
        low = np.floor(place).astype(int)
        return low, np.minimum(low + 1, length - 1), (place - low).astype(np.float32)

    low, high, share = axis(picture.shape[0])
    rows = picture[low] * (1 - share)[:, None, None] + picture[high] * share[:, None, None]
    low, high, share = axis(picture.shape[1])
    return np.rint(rows[:, low] * (1 - share)[:, None] + rows[:, high] * share[:, None]).astype(np.uint8)


def tenths(count: int) -> list[int]:
    """16 of the frames of each tenth of a video, as copies of the authors' script choose them."""
    interval = count // 10
    return [int(second * interval + i / FRAMES * interval) for second in range(10) for i in range(FRAMES)]


def pictures(path: str, sampling: str, np: object) -> collections.abc.Iterator[list[object]]:
    """The 16 pictures of each second, [224, 224, 3]; those of the last one may be fewer."""
    if sampling == "tenths":
        found = [resized(picture, SIDE, np) for picture in frames(path, False, np)]
        if len(found) < 10:
            raise Problem(f"{path}: expected at least ten pictures, found {len(found)}")
        chosen = (found[i] for i in tenths(len(found)))
    else:
        chosen = (resized(picture, SIDE, np) for picture in frames(path, True, np))
    while second := list(itertools.islice(chosen, FRAMES)):
        yield second


def mel_weights(np: object) -> object:
    """[257, 64]: how much each bin of a spectrum counts in each band; triangles on the scale of mels."""
    def mel(hertz: object) -> object:
        return 1127 * np.log1p(np.asarray(hertz) / 700)

    bins = mel(np.linspace(0, RATE / 2, BINS // 2 + 1))[:, None]
    edges = np.linspace(*mel(MEL_RANGE), MELS + 2)
    rising = (bins - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - bins) / (edges[2:] - edges[1:-1])
    weights = np.maximum(0, np.minimum(rising, falling))
    weights[0] = 0
    return weights


def log_mel(samples: object, np: object) -> object:
    """[96, 64] from the first 0.975 s of a second: ln(0.01 + magnitudes in bands of 64 mels), every 10 ms."""
    places = np.arange(PATCH)[:, None] * HOP + np.arange(WINDOW)
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)
    return np.log(np.abs(np.fft.rfft(samples[places] * hann, BINS)) @ mel_weights(np) + 0.01)


def whole_seconds(samples: object) -> int:
    """How many seconds have all that VGGish sees of a second."""
    return max(0, (len(samples) - HEARD) // RATE + 1)


def layers(plan: tuple, channels: int, torch: object) -> object:
    """Convolutions 3 x 3 with relu, and max-pooling by 2 ("M"): torchvision's `features`."""
    parts = []
    for part in plan:
        if part == "M":
            parts.append(torch.nn.MaxPool2d(2))
        else:
            parts += [torch.nn.Conv2d(channels, part, 3, padding=1), torch.nn.ReLU()]
            channels = part
    return torch.nn.Sequential(*parts)


def vggish_embeddings(torch: object) -> object:
    linear, relu = torch.nn.Linear, torch.nn.ReLU
    return torch.nn.Sequential(linear(512 * 6 * 4, 4096), relu(), linear(4096, 4096), relu(), linear(4096, 128), relu())


def keras_state(path: str, torch: object) -> dict[str, object]:
    """Keras's weights of VGG-19 under torchvision's names. Its kernels are [3, 3, in, out]."""
    import h5py

    state, place, block, number = {}, 0, 1, 1
    with h5py.File(path, "r") as file:
        file = file.get("model_weights", file)
        for part in VGG19:
            if part == "M":
                place, block, number = place + 1, block + 1, 1
                continue
            name, arrays = f"block{block}_conv{number}", []
            if name in file:
                found = []
                file[name].visititems(lambda _, item: found.append(item))
                arrays = [item[()] for item in found if isinstance(item, h5py.Dataset)]
            if sorted(array.ndim for array in arrays) != [1, 4]:
                raise Problem(f"{path}: expected Keras's weights of VGG-19, found no kernel and bias of {name}")
            bias, kernel = sorted(arrays, key=lambda array: array.ndim)
            state[f"{place}.weight"] = torch.from_numpy(kernel).permute(3, 2, 0, 1)
            state[f"{place}.bias"] = torch.from_numpy(bias)
            place, number = place + 2, number + 1
    return state


def load_into(module: object, state: dict[str, object], thing: str, prefix: str = "") -> None:
    """Every array of the module is in the state with its shape; others there belong to parts that are not used."""
    problems = []
    for name, value in module.state_dict().items():
        found = state.get(prefix + name)
        if found is None:
            problems.append(f"no {prefix}{name}")
        elif found.shape != value.shape:
            problems.append(f"{prefix}{name} of {shape_text(found.shape)} instead of {shape_text(value.shape)}")
    if problems:
        more = f" and {len(problems) - 3} more" if len(problems) > 3 else ""
        raise Problem(f"{thing}: the weights do not fit: {', '.join(problems[:3])}{more}")
    module.load_state_dict({name: state[prefix + name] for name in module.state_dict()})


def torch_state(path: str, torch: object) -> dict[str, object]:
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as problem:
        raise Problem(f"{path}: expected a state_dict of torch.save, found {one_line(problem)}") from None
    if not isinstance(state, dict) or not all(isinstance(value, torch.Tensor) for value in state.values()):
        raise Problem(f"{path}: expected a state_dict, names with tensors, found {type(state).__name__}")
    return state


def open_vgg(weights: str, torch: object) -> object:
    network = layers(VGG19, 3, torch)
    if weights == "torchvision":
        try:
            from torchvision.models import VGG19_Weights
            state = VGG19_Weights.IMAGENET1K_V1.get_state_dict(progress=False, check_hash=True)
        except Exception as problem:
            raise Problem(f"--vgg-weights torchvision: cannot get its weights ({one_line(problem)})") from None
        load_into(network, state, weights, "features.")
    elif weights.endswith(KERAS):
        load_into(network, keras_state(weights, torch), weights)
    else:
        load_into(network, torch_state(weights, torch), weights, "features.")
    return network.eval()


def open_vggish(weights: str, torch: object) -> tuple[object, object]:
    state, parts = torch_state(weights, torch), (layers(VGGISH, 1, torch), vggish_embeddings(torch))
    for part, prefix in zip(parts, ("features.", "embeddings.")):
        load_into(part.eval(), state, f"{weights} (expected {VGGISH_NEEDS})", prefix)
    return parts


def see(second: object, network: object, preprocessing: str, np: object, torch: object) -> object:
    """[7, 7, 512]: the mean of pool5 over a second's pictures [16, 224, 224, 3]."""
    order, mean, divisor = PREPROCESSING[preprocessing]
    values = (second[..., order].astype(np.float32) - np.float32(mean)) / np.float32(divisor)
    maps = network(torch.from_numpy(values).permute(0, 3, 1, 2).contiguous())
    return maps.mean(dim=0).permute(1, 2, 0).numpy()


def hear(samples: object, parts: tuple[object, object], np: object, torch: object) -> object:
    """[128]: VGGish's embedding of a second, after its last relu, before PCA and quantization."""
    patch = torch.from_numpy(log_mel(samples, np).astype(np.float32))[None, None]
    maps = parts[0](patch).permute(0, 2, 3, 1)  # time, band, channel: TensorFlow's order, which the weights are for
    return parts[1](maps.flatten(1))[0].numpy()


def extract(path: str, seconds: int | None, sampling: str, preprocessing: str, networks: tuple, np: object,
            torch: object) -> tuple[object, object]:
    """Audio [S, 128] and visual [S, 7, 7, 512] of a video: of its whole seconds, or of exactly `seconds`, where what is
    missing of the last one is filled with silence and the last picture."""
    samples = sound(path, np)
    if seconds and whole_seconds(samples) == seconds - 1 and len(samples) > (seconds - 1) * RATE:
        samples = np.concatenate([samples, np.zeros(RATE)])
    limit = min(seconds or whole_seconds(samples), whole_seconds(samples))
    audio, visual = [], []
    for second in itertools.islice(pictures(path, sampling, np), limit):
        if len(second) < FRAMES and not seconds:
            break
        second += [second[-1]] * (FRAMES - len(second))
        visual.append(see(np.stack(second), networks[0], preprocessing, np, torch))
        audio.append(hear(samples[len(audio) * RATE:], networks[1], np, torch))
    if len(visual) != (seconds or max(1, len(visual))):
        expected = f"{seconds} seconds" if seconds else "at least one whole second"
        raise Problem(f"{path}: expected {expected} of picture and sound, found {len(visual)}")
    return np.stack(audio).astype(np.float32), np.stack(visual).astype(np.float32)
