"""Tiny CLIP and SigLIP models with random weights from a seed, as model folders, and what
transformers computes with the same weights from picture files and texts to embeddings.

The graphs are written out here module by module from transformers' weights, so that the length of a
text stays dynamic; before they are kept, their embeddings are held to transformers' own."""

import base64
import io
import json
import os
import shutil
import warnings

os.environ["HF_HUB_OFFLINE"] = "1"
warnings.filterwarnings("ignore")

import numpy as np
import onnx
import onnxruntime
import torch
from PIL import Image
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.transformers.float16 import convert_float_to_float16
from torch import nn
from transformers import CLIPConfig, CLIPModel, SiglipConfig, SiglipModel
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil
from transformers.models.siglip.image_processing_pil_siglip import SiglipImageProcessorPil

from common import FIXTURES, versions, write_json
from make_pictures import OUT as PICTURES

CORPUS = """
a photo of a cat on a mat, a drawing of a red circle beside a blue square
two dogs running along the beach at sunset with their owner in the distance
the old stone bridge over the river in winter, covered with snow
portrait of a woman reading a newspaper in a crowded cafe
map of the city centre, 1850, with the harbour and the cathedral
a bowl of fresh fruit: apples, oranges, pears and grapes
logo icon banner image picture photograph thumbnail figure chart diagram
one two three four five six seven eight nine ten
""".strip().split("\n") * 4

TEXTS = [
    "",
    "a",
    "a photo of a cat",
    "A drawing of a RED circle, beside a blue square!",
    "should've r\u00e9sum\u00e9 \U0001f600\U0001f44d\U0001f3fd",
    "Tom &amp;amp; Jerry",
    "\u4e00\u53ea\u732b \u0645\u0631\u062d\u0628\u0627",
    "two dogs running along the beach",
    " ".join(["cat"] * 10),
    " ".join(["cat"] * 200),
    "the old stone bridge over the river in winter, covered with snow, seen from the harbour",
]


class Attention(nn.Module):
    def __init__(self, source, heads):
        super().__init__()
        self.q, self.k, self.v, self.o = source.q_proj, source.k_proj, source.v_proj, source.out_proj
        self.heads = heads

    def forward(self, x, mask):
        b, n, d = x.shape
        split = lambda t: t.reshape(b, -1, self.heads, d // self.heads).transpose(1, 2)
        q, k, v = split(self.q(x)), split(self.k(x)), split(self.v(x))
        weights = q @ k.transpose(-1, -2) * (d // self.heads) ** -0.5
        if mask is not None:
            weights = weights + mask
        out = (weights.softmax(-1) @ v).transpose(1, 2).reshape(b, -1, d)
        return self.o(out)


class Layers(nn.Module):
    def __init__(self, encoder, heads):
        super().__init__()
        self.layers = encoder.layers
        self.attention = nn.ModuleList([Attention(l.self_attn, heads) for l in encoder.layers])

    def forward(self, x, mask=None):
        for layer, attention in zip(self.layers, self.attention):
            x = x + attention(layer.layer_norm1(x), mask)
            x = x + layer.mlp(layer.layer_norm2(x))
        return x


class ClipText(nn.Module):
    def __init__(self, model):
        super().__init__()
        text = model.text_model
        self.tokens, self.positions = text.embeddings.token_embedding, text.embeddings.position_embedding
        self.layers = Layers(text.encoder, model.config.text_config.num_attention_heads)
        self.norm, self.project = text.final_layer_norm, model.text_projection
        self.end = model.config.text_config.eos_token_id

    def forward(self, ids):
        n = ids.shape[1]
        x = self.tokens(ids) + self.positions.weight[:n]
        at = torch.arange(n)
        mask = torch.where(at[None, :] > at[:, None], torch.tensor(-3e38), torch.tensor(0.0))
        x = self.norm(self.layers(x, mask))
        first_end = (ids == self.end).int().argmax(-1)
        x = torch.gather(x, 1, first_end[:, None, None].expand(-1, 1, x.shape[2]))[:, 0]
        return self.project(x)


class ClipImage(nn.Module):
    def __init__(self, model):
        super().__init__()
        vision = model.vision_model
        self.embed = vision.embeddings
        self.pre, self.post, self.project = vision.pre_layrnorm, vision.post_layernorm, model.visual_projection
        self.layers = Layers(vision.encoder, model.config.vision_config.num_attention_heads)

    def forward(self, pixels):
        x = self.embed.patch_embedding(pixels).flatten(2).transpose(1, 2)
        first = self.embed.class_embedding.expand(x.shape[0], 1, -1)
        x = torch.cat([first, x], 1) + self.embed.position_embedding.weight
        x = self.layers(self.pre(x))
        return self.project(self.post(x[:, 0]))


class ClipJoint(nn.Module):
    def __init__(self, model):
        super().__init__()
        self.text, self.image = ClipText(model), ClipImage(model)

    def forward(self, input_ids, pixel_values, attention_mask):
        # transformers' mask is of no consequence after the end token of a causal tower; it is an
        # input all the same, as in the graphs that people have.
        ids = torch.where(attention_mask > 0, input_ids, torch.full_like(input_ids, self.text.end))
        return self.text(ids), self.image(pixel_values)


class SiglipText(nn.Module):
    def __init__(self, model):
        super().__init__()
        text = model.text_model
        self.tokens, self.positions = text.embeddings.token_embedding, text.embeddings.position_embedding
        self.layers = Layers(text.encoder, model.config.text_config.num_attention_heads)
        self.norm, self.head = text.final_layer_norm, text.head

    def forward(self, ids):
        x = self.tokens(ids) + self.positions.weight[: ids.shape[1]]
        return self.head(self.norm(self.layers(x))[:, -1])


class SiglipImage(nn.Module):
    def __init__(self, model):
        super().__init__()
        vision = model.vision_model
        self.embed, self.norm = vision.embeddings, vision.post_layernorm
        self.layers = Layers(vision.encoder, model.config.vision_config.num_attention_heads)
        self.head = vision.head

    def forward(self, pixels):
        x = self.embed.patch_embedding(pixels).flatten(2).transpose(1, 2)
        x = self.norm(self.layers(x + self.embed.position_embedding.weight))
        head, mha = self.head, self.head.attention
        b, n, d = x.shape
        q_w, k_w, v_w = mha.in_proj_weight.chunk(3)
        q_b, k_b, v_b = mha.in_proj_bias.chunk(3)
        split = lambda t: t.reshape(b, -1, mha.num_heads, d // mha.num_heads).transpose(1, 2)
        q = split(nn.functional.linear(head.probe.expand(b, 1, d), q_w, q_b))
        k, v = split(nn.functional.linear(x, k_w, k_b)), split(nn.functional.linear(x, v_w, v_b))
        weights = (q @ k.transpose(-1, -2) * (d // mha.num_heads) ** -0.5).softmax(-1)
        x = mha.out_proj((weights @ v).transpose(1, 2).reshape(b, 1, d))
        return (x + head.mlp(head.layernorm(x)))[:, 0]


def export(module, inputs, names, outputs, dynamic, path):
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.onnx.export(
        module.eval(),
        inputs,
        str(path),
        input_names=names,
        output_names=outputs,
        dynamic_shapes=dynamic,
        opset_version=18,
        dynamo=True,
        external_data=False,
        verbose=False,
    )
    # The exporter notes the source line of every node; that is most of a tiny file.
    model = onnx.load(path)
    for node in list(model.graph.node) + [n for f in model.functions for n in f.node]:
        del node.metadata_props[:]
        node.doc_string = ""
    del model.graph.metadata_props[:]
    del model.graph.value_info[:]
    for value in list(model.graph.input) + list(model.graph.output) + list(model.graph.initializer):
        del value.metadata_props[:]
    onnx.save(model, path)


def variants(path):
    """The same graph in 16 bits, inputs and outputs too, and in 8, as the hub's exporters make them."""
    half = convert_float_to_float16(onnx.load(path), keep_io_types=False)
    onnx.save(half, path.with_name(path.stem + "_fp16.onnx"))
    eight = str(path.with_name(path.stem + "_quantized.onnx"))
    quantize_dynamic(str(path), eight, per_channel=True, weight_type=QuantType.QInt8)


def clip_tokenizer():
    tok = Tokenizer(models.BPE(continuing_subword_prefix="", end_of_word_suffix="</w>", unk_token="<|endoftext|>"))
    tok.normalizer = normalizers.Sequence(
        [normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()]
    )
    pattern = r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"
    tok.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(pattern), behavior="removed", invert=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False),
        ]
    )
    tok.decoder = decoders.ByteLevel()
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    trainer = trainers.BpeTrainer(
        vocab_size=900,
        initial_alphabet=alphabet,
        end_of_word_suffix="</w>",
        show_progress=False,
    )
    # Every byte once as a word of its own, so that each has its end-of-word form.
    tok.train_from_iterator(CORPUS, trainer)
    state = json.loads(tok.to_str())
    vocab, merges = state["model"]["vocab"], state["model"]["merges"]
    words = alphabet + [c + "</w>" for c in alphabet] + ["".join(m) for m in merges]
    words = list(dict.fromkeys(words)) + ["<|startoftext|>", "<|endoftext|>"]
    state["model"]["vocab"] = {word: i for i, word in enumerate(words)}
    start, end = len(words) - 2, len(words) - 1
    special = lambda i, content: {
        "id": i, "content": content, "single_word": False, "lstrip": False, "rstrip": False,
        "normalized": i == start, "special": True,
    }
    state["added_tokens"] = [special(start, "<|startoftext|>"), special(end, "<|endoftext|>")]
    tok = Tokenizer.from_str(json.dumps(state))
    tok.post_processor = processors.RobertaProcessing(
        ("<|endoftext|>", end), ("<|startoftext|>", start), False, False
    )
    return tok, start, end


def siglip_tokenizer():
    """Unigram with SentencePiece's metaspace and an end token, as SigLIP's."""
    tok = Tokenizer(models.Unigram())
    tok.normalizer = normalizers.Sequence(
        [
            normalizers.Lowercase(),
            normalizers.Replace(Regex(r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~]"), ""),
            normalizers.Replace(Regex(r"\s+"), " "),
            normalizers.Strip(),
        ]
    )
    tok.pre_tokenizer = pre_tokenizers.Metaspace()
    tok.decoder = decoders.Metaspace()
    trainer = trainers.UnigramTrainer(
        vocab_size=400, special_tokens=["<pad>", "</s>", "<unk>"], unk_token="<unk>", show_progress=False
    )
    tok.train_from_iterator(CORPUS, trainer)
    end = tok.token_to_id("</s>")
    tok.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", end)])
    return tok, tok.token_to_id("<pad>"), end


def b64(array):
    return base64.b64encode(np.ascontiguousarray(array, dtype="<f4").tobytes()).decode()


def unit(array):
    array = np.asarray(array, dtype=np.float64)
    return array / np.linalg.norm(array, axis=-1, keepdims=True)


def open_picture(path):
    image = Image.open(path)
    if image.mode.startswith("I;16"):
        # By its high byte; Pillow's own conversion would clip nearly all of it to white.
        image = Image.fromarray((np.array(image) >> 8).astype(np.uint8), "L")
    return image.convert("RGB")


def truncated(tok, text, length, end):
    ids = tok.encode(text).ids
    return ids if len(ids) <= length else ids[: length - 1] + [end]


def spread(module, seed, factor):
    """Random initialisation leaves all embeddings alike; larger weights tell pictures apart."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, p in module.named_parameters():
            if p.dim() > 1:
                p.copy_(torch.randn(p.shape, generator=generator) * factor / p.shape[-1] ** 0.5)
            elif "norm" not in name and name != "logit_scale" and name != "logit_bias":
                p.copy_(torch.randn(p.shape, generator=generator) * 0.1)


def run(path, feeds):
    return onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"]).run(None, feeds)


def expected(folder, madeby, files, image_embeds, texts, ids, text_embeds):
    image_embeds, text_embeds = unit(image_embeds), unit(text_embeds)
    pairs = image_embeds @ text_embeds.T
    print(folder.name, "cosines", pairs.min(), pairs.max(), "std", pairs.std(axis=0).mean(), pairs.std(axis=1).mean())
    write_json(
        folder / "expected.json",
        {
            "madeBy": madeby,
            "images": [{"file": f, "embedding": b64(e)} for f, e in zip(files, image_embeds)],
            "texts": [
                {"text": t, "ids": i, "embedding": b64(e)} for t, i, e in zip(texts, ids, text_embeds)
            ],
        },
    )
    small = io.BytesIO()
    names = ["landscape.png", "portrait.png", "alpha.png"]
    images = []
    for name in names:
        data = (PICTURES / name).read_bytes()
        images.append(
            {
                "png": base64.b64encode(data).decode(),
                "embedding": [round(float(x), 7) for x in image_embeds[files.index(name)]],
            }
        )
    chosen = [i for i, t in enumerate(texts) if 0 < len(t) < 120][:4]
    write_json(
        folder / "reference.json",
        {
            "madeBy": madeby,
            "bound": 1e-4,
            "images": images,
            "texts": [
                {
                    "text": texts[i],
                    "ids": ids[i],
                    "embedding": [round(float(x), 7) for x in text_embeds[i]],
                }
                for i in chosen
            ],
        },
    )


def make_clip(files):
    torch.manual_seed(7)
    tok, start, end = clip_tokenizer()
    length = 77
    config = CLIPConfig(
        text_config=dict(
            hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4,
            vocab_size=end + 1, max_position_embeddings=length, projection_dim=64,
            bos_token_id=start, eos_token_id=end, pad_token_id=end, attn_implementation="eager",
        ),
        vision_config=dict(
            hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4,
            image_size=32, patch_size=8, projection_dim=64, attn_implementation="eager",
        ),
        projection_dim=64,
    )
    model = CLIPModel(config).eval()
    spread(model, 7, 1.2)
    processor_config = dict(
        crop_size={"height": 32, "width": 32}, do_center_crop=True, do_convert_rgb=True,
        do_normalize=True, do_rescale=True, do_resize=True,
        image_mean=[0.48145466, 0.4578275, 0.40821073], image_std=[0.26862954, 0.26130258, 0.27577711],
        resample=3, rescale_factor=1 / 255, size={"shortest_edge": 32},
    )
    processor = CLIPImageProcessorPil(**processor_config)
    pixels = torch.tensor(
        np.stack([processor(open_picture(PICTURES / f), return_tensors="np")["pixel_values"][0] for f in files])
    )
    ids = [truncated(tok, t, length, end) for t in TEXTS]
    padded = torch.tensor([i + [end] * (length - len(i)) for i in ids])
    mask = torch.tensor([[1] * len(i) + [0] * (length - len(i)) for i in ids])
    with torch.no_grad():
        out = model(input_ids=padded, attention_mask=mask, pixel_values=pixels)
        image_embeds, text_embeds = out.image_embeds.numpy(), out.text_embeds.numpy()
    madeby = versions("torch", "transformers", "tokenizers", "pillow", "onnx", "onnxscript")
    batch, n = torch.export.Dim("batch"), torch.export.Dim("length", min=2, max=length)
    some_ids, some_mask = padded[:3, :9].contiguous(), mask[:3, :9].contiguous()

    split = FIXTURES / "models" / "tiny-clip"
    joint = FIXTURES / "models" / "tiny-clip-joint"
    for folder in (split, joint):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        tok.save(str(folder / "tokenizer.json"), pretty=False)
        write_json(folder / "preprocessor_config.json", processor_config, 2)
        write_json(folder / "config.json", {
            "model_type": "clip", "projection_dim": 64, "logit_scale_init_value": 2.6592,
            "text_config": {"max_position_embeddings": length, "eos_token_id": end, "pad_token_id": end, "bos_token_id": start},
            "vision_config": {"image_size": 32, "patch_size": 8},
        }, 2)
    export(ClipText(model), (some_ids,), ["input_ids"], ["text_embeds"], ({0: batch, 1: n},), split / "onnx/text_model.onnx")
    export(ClipImage(model), (pixels[:3],), ["pixel_values"], ["image_embeds"], ({0: batch},), split / "onnx/vision_model.onnx")
    for name in ("text_model", "vision_model"):
        variants(split / f"onnx/{name}.onnx")
    text_batch, image_batch = torch.export.Dim("text_batch"), torch.export.Dim("image_batch")
    export(
        ClipJoint(model), (some_ids, pixels[:4], some_mask),
        ["input_ids", "pixel_values", "attention_mask"], ["text_embeds", "image_embeds"],
        ({0: text_batch, 1: n}, {0: image_batch}, {0: text_batch, 1: n}), joint / "onnx/model.onnx",
    )
    for name, value in (
        ("text", run(split / "onnx/text_model.onnx", {"input_ids": padded.numpy()})[0]),
        ("joint text", run(joint / "onnx/model.onnx", {"input_ids": padded.numpy(), "attention_mask": mask.numpy(), "pixel_values": pixels[:1].numpy()})[0]),
    ):
        print(name, np.abs(unit(value) - unit(text_embeds)).max())
    value = run(split / "onnx/vision_model.onnx", {"pixel_values": pixels.numpy()})[0]
    print("image", np.abs(unit(value) - unit(image_embeds)).max())
    for folder in (split, joint):
        expected(folder, madeby, files, image_embeds, TEXTS, ids, text_embeds)
    (joint / "reference.json").unlink()
    write_json(split / "gleaner.json", {
        "format": 1, "id": "tiny-clip", "name": "Tiny CLIP (random weights)", "family": "clip",
        "description": "Random weights, for the tests.", "license": "Apache-2.0", "dtype": "fp32",
        "demonstration": True, "embeddingDim": 64,
        "graphs": {
            "image": {"file": "onnx/vision_model.onnx", "pixels": "pixel_values", "embedding": "image_embeds"},
            "text": {"file": "onnx/text_model.onnx", "ids": "input_ids", "mask": None, "embedding": "text_embeds"},
        },
        "image": {
            "width": 32, "height": 32,
            "resize": {"mode": "shortest-edge", "shortestEdge": 32, "filter": "bicubic"},
            "crop": "transformers", "rescale": 1 / 255,
            "mean": processor_config["image_mean"], "std": processor_config["image_std"],
            "orientation": "ignore", "alpha": "drop",
        },
        "text": {
            "tokenizer": "tokenizer.json", "contextLength": length, "padId": end, "endId": end,
            "padding": "longest", "clean": "none",
        },
        "logits": {"scale": round(float(model.logit_scale.exp()), 4), "bias": None},
        "cutoffs": [],
    }, 2)


def make_siglip(files):
    torch.manual_seed(8)
    tok, pad, end = siglip_tokenizer()
    length = 16
    config = SiglipConfig(
        text_config=dict(
            hidden_size=16, intermediate_size=32, num_hidden_layers=2, num_attention_heads=4,
            vocab_size=tok.get_vocab_size(), max_position_embeddings=length, projection_size=16,
            bos_token_id=end, eos_token_id=end, pad_token_id=pad, hidden_act="gelu_pytorch_tanh",
        ),
        vision_config=dict(
            hidden_size=16, intermediate_size=32, num_hidden_layers=2, num_attention_heads=4,
            image_size=32, patch_size=8, hidden_act="gelu_pytorch_tanh",
        ),
    )
    model = SiglipModel(config).eval()
    spread(model, 8, 1.2)
    processor_config = dict(
        do_convert_rgb=True, do_normalize=True, do_rescale=True, do_resize=True,
        image_mean=[0.5, 0.5, 0.5], image_std=[0.5, 0.5, 0.5], resample=3,
        rescale_factor=1 / 255, size={"height": 32, "width": 32},
    )
    processor = SiglipImageProcessorPil(**processor_config)
    pixels = torch.tensor(
        np.stack([processor(open_picture(PICTURES / f), return_tensors="np")["pixel_values"][0] for f in files])
    )
    ids = [truncated(tok, t, length, end) for t in TEXTS]
    padded = torch.tensor([i + [pad] * (length - len(i)) for i in ids])
    with torch.no_grad():
        out = model(input_ids=padded, pixel_values=pixels)
        image_embeds, text_embeds = out.image_embeds.numpy(), out.text_embeds.numpy()
    folder = FIXTURES / "models" / "tiny-siglip"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    tok.save(str(folder / "tokenizer.json"), pretty=False)
    write_json(folder / "preprocessor_config.json", processor_config | {"image_processor_type": "SiglipImageProcessor"}, 2)
    write_json(folder / "config.json", {
        "model_type": "siglip",
        "text_config": {"max_position_embeddings": length, "model_type": "siglip_text_model", "pad_token_id": pad, "eos_token_id": end},
        "vision_config": {"image_size": 32, "patch_size": 8},
    }, 2)
    batch = torch.export.Dim("batch")
    export(SiglipText(model), (padded[:3],), ["input_ids"], ["pooler_output"], ({0: batch},), folder / "onnx/text_model.onnx")
    export(SiglipImage(model), (pixels[:3],), ["pixel_values"], ["pooler_output"], ({0: batch},), folder / "onnx/vision_model.onnx")
    print("text", np.abs(unit(run(folder / "onnx/text_model.onnx", {"input_ids": padded.numpy()})[0]) - unit(text_embeds)).max())
    print("image", np.abs(unit(run(folder / "onnx/vision_model.onnx", {"pixel_values": pixels.numpy()})[0]) - unit(image_embeds)).max())
    madeby = versions("torch", "transformers", "tokenizers", "pillow", "onnx", "onnxscript")
    expected(folder, madeby, files, image_embeds, TEXTS, ids, text_embeds)


def main():
    files = sorted(json.loads((PICTURES / "decoded.json").read_text())["pictures"])
    make_clip(files)
    make_siglip(files)


if __name__ == "__main__":
    main()
