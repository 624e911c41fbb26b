"""Writes test/fixtures/generation/schedulers.json: runs of the schedulers on 16 numbers.

Nothing of the program is used, and no other library than numpy. Each scheduler is written down in
another form than the program's: those that work on noise levels as k-diffusion has them
(crowsonkb/k-diffusion, sampling.py: sample_euler, sample_euler_ancestral, sample_dpmpp_2m), on
x / signal; DDPM as the product of two normal distributions; all in float64. With --check FOLDER
they are first held against runs of diffusers in that folder (schedulers.json and its .npy files).

    python make_scheduler_reference.py [--check FOLDER]

Made with Python 3.11.7 and numpy 2.4.6.
"""

import argparse
import json
import math
import pathlib

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
OUT = HERE.parents[2] / "test/fixtures/generation/schedulers.json"
SIZE = 16


def products(config):
    n = config.get("num_train_timesteps", 1000)
    low, high = config.get("beta_start", 1e-4), config.get("beta_end", 0.02)
    kind = config.get("beta_schedule", "linear")
    if kind == "linear":
        betas = np.linspace(low, high, n)
    elif kind == "scaled_linear":
        betas = np.linspace(low**0.5, high**0.5, n) ** 2
    else:
        bar = lambda t: math.cos((t + 0.008) / 1.008 * math.pi / 2) ** 2
        betas = np.array([min(1 - bar((i + 1) / n) / bar(i / n), 0.999) for i in range(n)])
    bars = np.cumprod(1 - betas)
    if config.get("rescale_betas_zero_snr"):
        roots = np.sqrt(bars)
        roots = (roots - roots[-1]) * roots[0] / (roots[0] - roots[-1])
        bars = roots**2
    return bars


def whole(config, steps):
    n, offset = config.get("num_train_timesteps", 1000), config.get("steps_offset", 0)
    spacing = config["timestep_spacing"]
    if spacing == "linspace":
        return np.linspace(0, n - 1, steps).round()[::-1].astype(int)
    if spacing == "leading":
        return (np.arange(steps) * (n // steps))[::-1] + offset
    return np.arange(n, 0, -n / steps).round().astype(int) - 1


def split(kind, out, x, bar):
    """Clean sample and noise of an output; x = sqrt(bar) clean + sqrt(1 - bar) noise."""
    if kind == "epsilon":
        return (x - np.sqrt(1 - bar) * out) / np.sqrt(bar), out
    if kind == "sample":
        return out, (x - np.sqrt(bar) * out) / np.sqrt(1 - bar)
    clean = np.sqrt(bar) * x - np.sqrt(1 - bar) * out
    return clean, np.sqrt(bar) * out + np.sqrt(1 - bar) * x


def model(x, t):
    return 0.8 * x + 0.2 * np.sin(0.001 * t * np.arange(1, x.size + 1))


def clip(config, clean, usual=False):
    if not config.get("clip_sample", usual):
        return clean
    r = config.get("clip_sample_range", 1.0)
    return np.clip(clean, -r, r)


def ddim(config, steps, x, noise, eta=0.0):
    bars, ts = products(config), whole(config, steps)
    last = 1.0 if config.get("set_alpha_to_one", True) else bars[0]
    yield ts, 1.0
    for k, t in enumerate(ts):
        before = t - config.get("num_train_timesteps", 1000) // steps
        now, then = bars[t], bars[before] if before >= 0 else last
        clean, eps = split(config.get("prediction_type", "epsilon"), model(x, t), x, now)
        clean = clip(config, clean, True)
        sd = eta * math.sqrt((1 - then) / (1 - now)) * math.sqrt(1 - now / then)
        x = math.sqrt(then) * clean + math.sqrt(1 - then - sd * sd) * eps + sd * noise[k]
        yield x


def pndm(config, steps, x, noise):
    """PLMS as CompVis' plms.py has it: the first step is taken once and improved by its end."""
    bars, ts = products(config), whole(config, steps)
    last = 1.0 if config.get("set_alpha_to_one", False) else bars[0]
    stride = config.get("num_train_timesteps", 1000) // steps
    kind = config.get("prediction_type", "epsilon")
    yield np.concatenate([ts[:2], ts[1:]]), 1.0

    def transfer(start, frm, to, out):
        now, then = bars[frm], bars[to] if to >= 0 else last
        clean, eps = split(kind, out, start, now)
        return math.sqrt(then) * clean + math.sqrt(1 - then) * eps

    # Equation 11 of arXiv 2202.09778 is the DDIM step; the weights are those of Adams-Bashforth.
    start, outs = x, [model(x, ts[0])]
    x = transfer(start, ts[0], ts[0] - stride, outs[0])
    yield x
    second = model(x, ts[1])
    x = transfer(start, ts[1] + stride, ts[1], (second + outs[0]) / 2)
    yield x
    for t in ts[1:]:
        outs = ([model(x, t)] + outs)[:4]
        weights = {2: [1.5, -0.5], 3: [23 / 12, -16 / 12, 5 / 12], 4: [55 / 24, -59 / 24, 37 / 24, -9 / 24]}
        mean = sum(w * o for w, o in zip(weights[len(outs)], outs))
        x = transfer(x, t, t - stride, mean)
        yield x


def levels(config):
    bars = products(config)
    if config.get("rescale_betas_zero_snr"):
        bars[-1] = 2.0**-24
    return np.sqrt((1 - bars) / bars)


def karras(low, high, n):
    return (high ** (1 / 7) + np.linspace(0, 1, n) * (low ** (1 / 7) - high ** (1 / 7))) ** 7


def denoised(config, sigma, t, x):
    """k-diffusion's denoiser: the clean sample of x = clean + sigma noise, by the scaled model."""
    bar = 1 / (sigma * sigma + 1)
    scaled = x * math.sqrt(bar)
    return split(config.get("prediction_type", "epsilon"), model(scaled, t), scaled, bar)[0]


def euler_levels(config, steps):
    table = levels(config)
    n = len(table)
    ts = np.linspace(0, n - 1, steps)[::-1] if config["timestep_spacing"] == "linspace" else whole(config, steps)
    sigmas = np.interp(ts, np.arange(n), table)
    if config.get("use_karras_sigmas"):
        sigmas = karras(sigmas[-1], sigmas[0], steps)
        ts = np.interp(np.log(sigmas), np.log(table), np.arange(n))
    top = sigmas[0]
    start = math.sqrt(top * top + 1) if config["timestep_spacing"] == "leading" else top
    return ts, np.append(sigmas, 0.0), start


def euler(config, steps, x, noise):
    ts, sigmas, start = euler_levels(config, steps)
    yield ts, start
    for k, t in enumerate(ts):
        d = (x - denoised(config, sigmas[k], t, x)) / sigmas[k]
        x = x + d * (sigmas[k + 1] - sigmas[k])
        yield x


def euler_a(config, steps, x, noise):
    ts, sigmas, start = euler_levels(config, steps)
    yield ts, start
    for k, t in enumerate(ts):
        now, then = sigmas[k], sigmas[k + 1]
        up = min(then, math.sqrt(then**2 * (now**2 - then**2) / now**2))
        down = math.sqrt(then**2 - up**2)
        d = (x - denoised(config, now, t, x)) / now
        x = x + d * (down - now) + noise[k] * up
        yield x


def dpmpp2m(config, steps, x, noise):
    """k-diffusion's sample_dpmpp_2m on x / signal; x itself is what diffusers keeps."""
    table = levels(config)
    n = len(table)
    if config.get("use_karras_sigmas"):
        sigmas = karras(table[0], table[-1], steps)
        ts = np.interp(np.log(sigmas), np.log(table), np.arange(n)).round()
    else:
        spacing = config["timestep_spacing"]
        if spacing == "linspace":
            ts = np.linspace(0, n - 1, steps + 1).round()[::-1][:-1]
        elif spacing == "leading":
            ts = (np.arange(steps + 1) * (n // (steps + 1)))[::-1][:-1] + config.get("steps_offset", 0)
        else:
            ts = whole(config, steps)
        sigmas = np.interp(ts, np.arange(n), table)
    sigmas = np.append(sigmas, 0.0)
    yield ts, 1.0
    signal = lambda s: 1 / math.sqrt(s * s + 1)
    y, old = x / signal(sigmas[0]), None
    for k, t in enumerate(ts):
        now, then = sigmas[k], sigmas[k + 1]
        clean = denoised(config, now, t, y)
        if then == 0:
            y = clean
        else:
            h = math.log(now) - math.log(then)
            if old is None:
                d = clean
            else:
                r = (math.log(sigmas[k - 1]) - math.log(now)) / h
                d = (1 + 1 / (2 * r)) * clean - 1 / (2 * r) * old
            y = (then / now) * y - math.expm1(-h) * d
        old = clean
        yield y * signal(then)


def lcm(config, steps, x, noise):
    bars, n = products(config), config.get("num_train_timesteps", 1000)
    original = config.get("original_inference_steps", 50)
    all_ts = (np.arange(1, original + 1) * (n // original) - 1)[::-1]
    ts = all_ts[np.floor(np.linspace(0, original, steps, endpoint=False)).astype(int)]
    yield ts, 1.0
    for k, t in enumerate(ts):
        clean = split(config.get("prediction_type", "epsilon"), model(x, t), x, bars[t])[0]
        clean = clip(config, clean)
        s = 10.0 * t
        x = s / math.sqrt(s * s + 0.25) * clean + 0.25 / (s * s + 0.25) * x
        if k + 1 < len(ts):
            then = bars[ts[k + 1]]
            x = math.sqrt(then) * x + math.sqrt(1 - then) * noise[k]
        yield x


def ddpm(config, steps, x, noise):
    """The posterior as a product of normal distributions: q(x_t | x_s) and q(x_s | x_0)."""
    bars, ts = products(config), whole(config, steps)
    yield ts, 1.0
    for k, t in enumerate(ts):
        now, then = bars[t], bars[ts[k + 1]] if k + 1 < len(ts) else 1.0
        clean = split(config.get("prediction_type", "epsilon"), model(x, t), x, now)[0]
        clean = clip(config, clean, True)
        ratio = now / then
        if then == 1.0:
            mean, variance = clean, 0.0
        else:
            # Precisions of x_s by the two, each with its mean.
            a, b = ratio / (1 - ratio), 1 / (1 - then)
            mean = (a * x / math.sqrt(ratio) + b * math.sqrt(then) * clean) / (a + b)
            variance = 1 / (a + b)
        if t > 0:
            kind = config.get("variance_type", "fixed_small")
            sd = math.sqrt(1 - ratio if kind == "fixed_large" else max(variance, 1e-20))
            mean = mean + sd * noise[k]
        x = mean
        yield x


ALL = {"ddim": ddim, "pndm": pndm, "euler": euler, "euler-a": euler_a, "dpmpp2m": dpmpp2m,
       "dpmpp2m-karras": dpmpp2m, "lcm": lcm, "ddpm": ddpm}

BASE = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear",
        "clip_sample": False, "set_alpha_to_one": False, "skip_prk_steps": True, "steps_offset": 1}

CASES = [
    (name, prediction, spacing, {})
    for name in ALL
    for prediction in ["epsilon", "v_prediction", "sample"]
    for spacing in ["leading", "trailing", "linspace"]
    if not (prediction == "sample" and name in ("pndm", "euler-a"))
    if not (spacing != "leading" and name in ("lcm", "dpmpp2m-karras"))
] + [
    ("ddim", "v_prediction", "trailing", {"rescale_betas_zero_snr": True}),
    ("ddim", "epsilon", "leading", {"eta": 1.0}),
    ("ddim", "epsilon", "leading", {"clip_sample": True, "clip_sample_range": 1.5}),
    ("ddpm", "epsilon", "leading", {"variance_type": "fixed_large"}),
    ("ddpm", "epsilon", "leading", {"clip_sample": True}),
    ("ddpm", "epsilon", "linspace", {"beta_schedule": "squaredcos_cap_v2"}),
    ("ddim", "epsilon", "leading", {"beta_schedule": "linear", "beta_start": 1e-4, "beta_end": 0.02}),
    ("euler", "epsilon", "leading", {"use_karras_sigmas": True}),
]
STEPS = 6


def run(name, config, steps, initial, noise, **more):
    # The scale of the start is known once the levels are.
    probe = ALL[name](config, steps, np.zeros_like(initial), noise, **more)
    ts, start = next(probe)
    steps_of = ALL[name](config, steps, initial * start, noise, **more)
    next(steps_of)
    return ts, start, [initial * start, *steps_of]


def check(folder):
    data = json.loads((folder / "schedulers.json").read_text())
    initial = np.load(folder / "initial.npy").astype(float).ravel()
    noise = np.load(folder / "noise.npy").astype(float).reshape(-1, initial.size)
    worst = {}
    names = {"DDIMScheduler": "ddim", "PNDMScheduler": "pndm", "EulerDiscreteScheduler": "euler",
             "EulerAncestralDiscreteScheduler": "euler-a", "DPMSolverMultistepScheduler": "dpmpp2m",
             "LCMScheduler": "lcm"}
    for title, one in data["runs"].items():
        name, config = names.get(one["class_name"]), one["config"]
        odd = config.get("use_lu_lambdas") or config.get("algorithm_type", "").startswith("sde")
        if name is None or odd or "zerosnr" in title:
            continue
        _, _, latents = run(name, config, one["num_inference_steps"], initial, noise, **one["step_kwargs"])
        kept = np.load(folder / one["latents_file"]).reshape(len(one["latents_index"]), -1)
        apart = max(np.abs(latents[n] - kept[i]).max() for i, n in enumerate(one["latents_index"]))
        worst[title.split(".")[0]] = max(worst.get(title.split(".")[0], 0), apart)
    for name, apart in worst.items():
        print(f"{name}: largest difference to diffusers over whole runs {apart:.1e}")
    assert max(worst.values()) < 2e-5


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", type=pathlib.Path)
    folder = parser.parse_args().check
    if folder:
        check(folder)
    drawn = np.random.default_rng(13).standard_normal((STEPS + 2, SIZE)).astype(np.float32)
    initial, noise = drawn[0].astype(float), drawn[1:].astype(float)
    runs = []
    for name, prediction, spacing, more in CASES:
        config = {**BASE, "prediction_type": prediction, "timestep_spacing": spacing, **more}
        eta = config.pop("eta", 0.0)
        if name == "dpmpp2m-karras":
            config["use_karras_sigmas"] = True
        ts, start, latents = run(name, config, STEPS, initial, noise, **({"eta": eta} if eta else {}))
        runs.append({
            "scheduler": name, "config": config, "eta": eta,
            "timesteps": [round(float(t), 4) for t in ts], "start": float(f"{start:.9g}"),
            "latents": [[float(f"{v:.8g}") for v in row] for row in latents],
        })
    OUT.parent.mkdir(parents=True, exist_ok=True)
    lines = ",\n".join(json.dumps(one, separators=(",", ":")) for one in runs)
    head = json.dumps({"steps": STEPS, "noise": [[float(f"{v:.9g}") for v in row] for row in noise]}, separators=(",", ":"))
    OUT.write_text(head[:-1] + ',"runs":[\n' + lines + "\n]}\n")
    print(f"{len(runs)} runs, {OUT.stat().st_size} bytes")


main()
