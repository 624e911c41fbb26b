"""Tiny BERT and RoBERTa encoders and a BERT for question answering with random weights from a seed,
as folders in the form in which optimum exports them, and what transformers computes with the same
weights: hidden states and logits of texts alone and in pairs, and those of a start/end head on top
of the hidden states, with its position features written out here once more."""

import json
import os
import warnings

os.environ["HF_HUB_OFFLINE"] = "1"
warnings.filterwarnings("ignore")

import numpy as np
import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from torch import nn
from transformers import BertConfig, BertForQuestionAnswering, BertModel, RobertaConfig, RobertaModel

from common import FIXTURES, versions, write_json
from make_tiny_models import CORPUS, b64, export, spread, variants

OUT = FIXTURES / "models"
LENGTH = 64

# Blocks before the picture and behind it.
CONTEXTS = [
    (["The old stone bridge."], ["Figure 1: a cat on a mat", "Two dogs running along the beach."]),
    ([], ["a red circle beside a blue square"]),
    (["map of the city centre, 1850", "with the harbour"], []),
    ([], []),
    (
        ["Re\u0301sume\u0301 \U0001f600\U0001f44d\U0001f3fd cafe\u0301", "x\u00a0y \u0645\u0631\u062d\u0628\u0627 \u4e00\u53ea\u732b"],
        ["[SEP] [PAD] </s> a logo", "zzzqqq"],
    ),
]


def wordpiece():
    tok = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tok.normalizer = normalizers.BertNormalizer()
    tok.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tok.decoder = decoders.WordPiece()
    trainer = trainers.WordPieceTrainer(
        vocab_size=260,
        special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"],
        initial_alphabet=list("0123456789[]</>:.,"),
        show_progress=False,
    )
    tok.train_from_iterator(CORPUS, trainer)
    tok.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    return tok


def byte_level():
    tok = Tokenizer(models.BPE())
    tok.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tok.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=360,
        special_tokens=["<s>", "<pad>", "</s>", "<unk>", "<mask>"],
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tok.train_from_iterator(CORPUS, trainer)
    tok.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), True, False)
    return tok


class Hidden(nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, input_ids, attention_mask, token_type_ids=None):
        kinds = {} if token_type_ids is None else {"token_type_ids": token_type_ids}
        return self.model(input_ids=input_ids, attention_mask=attention_mask, **kinds).last_hidden_state


class Logits(nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, input_ids, attention_mask, token_type_ids):
        out = self.model(input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids)
        return out.start_logits, out.end_logits


def save(folder, config, tok, module, names, outputs):
    folder.mkdir(parents=True, exist_ok=True)
    tok.save(str(folder / "tokenizer.json"), pretty=False)
    config.to_json_file(folder / "config.json")
    write_json(folder / "tokenizer_config.json", {"model_max_length": 10**30})
    example = torch.ones(3, 7, dtype=torch.long)
    batch, length = torch.export.Dim("batch"), torch.export.Dim("length", min=2, max=LENGTH)
    export(
        module, tuple(example.clone() for _ in names), names, outputs, ({0: batch, 1: length},) * len(names),
        folder / "onnx/model.onnx",
    )


def plain(tok):
    """What a page says is text, also where it says "[SEP]"."""
    return Tokenizer.from_str(json.dumps(json.loads(tok.to_str()) | {"added_tokens": [], "post_processor": None}))


def sequence(tok, before, rest, special, breaks):
    """Ids, segments, mask of what the encoder attends to, and which places are rows of a head."""
    cls, sep, pad, middle, second = special
    ids, types, text = [cls], [0], [1]

    def put(token, kind, is_text):
        ids.append(token)
        types.append(kind)
        text.append(is_text)

    def side(blocks, kind, is_first):
        for i, block in enumerate(blocks):
            # No break beside the picture.
            if breaks and (i > 0 or is_first):
                put(pad, kind, 0)
            for token in tok.encode(block, add_special_tokens=False).ids:
                if token not in (cls, sep, pad):
                    put(token, kind, 1)

    side(before, 0, True)
    for _ in range(middle):
        put(sep, 0, 0)
    side(rest, second, False)
    if breaks and rest:
        put(pad, second, 0)
    put(sep, second, 0)
    mask = [0 if breaks and token == pad else 1 for token in ids]
    return ids, types, mask, text


def features(ids, sep, pad, breaks):
    places = [i for i, token in enumerate(ids) if token == sep]
    pair = len(places) > 1
    first, last = places[0], places[-2] if pair else places[0]
    rows = []
    for i in range(len(ids)):
        ahead = first - i if pair and i < first else None
        behind = i - last if pair and i > last else None
        row = [0.0 if d is None else float(np.exp(-d / k)) for d in (ahead, behind) for k in (2, 8, 32, 128)]
        bound = lambda j: 0 <= j < len(ids) and ((pair and first <= j <= last) or (breaks and ids[j] == pad))
        rows.append(row + [float(bound(i - 1)), float(bound(i + 1))])
    return np.array(rows, dtype=np.float32)


def head(dim, hidden, seed):
    g = torch.Generator().manual_seed(seed)
    normal = lambda *shape: torch.randn(*shape, generator=g) * 0.3
    width = hidden or dim
    out = {"span.weight": normal(2, width), "span.bias": normal(2), "null.weight": normal(2, dim), "null.bias": normal(2)}
    if hidden:
        out |= {"hidden.weight": normal(hidden, dim), "hidden.bias": normal(hidden)}
    return out


def run_head(weights, x):
    h = torch.tanh(x @ weights["hidden.weight"].T + weights["hidden.bias"]) if "hidden.weight" in weights else x
    logits = h @ weights["span.weight"].T + weights["span.bias"]
    logits[0] = weights["null.weight"] @ x[0] + weights["null.bias"]
    return logits.T.contiguous()


def hidden_states(model, sequences, with_types):
    """One by one, so that nothing is padded."""
    out = []
    for ids, types, mask, _ in sequences:
        kinds = {"token_type_ids": torch.tensor([types])} if with_types else {}
        with torch.no_grad():
            state = model(input_ids=torch.tensor([ids]), attention_mask=torch.tensor([mask]), **kinds)
        out.append(state.last_hidden_state[0])
    return out


def expected(folder, tok, model, special, with_types, dim):
    cases = []
    tok = plain(tok)
    cls, sep, pad, middle, second = special
    sequences = [
        (breaks, before, rest, sequence(tok, before, rest, special, breaks))
        for breaks in (False, True)
        for before, rest in CONTEXTS
    ]
    # A byte-level tokenizer cuts a line feed and the word behind it otherwise than the word alone.
    sequences = [s for s in sequences if middle == 1 or all(len(side) < 2 for side in s[1:3])]
    states = hidden_states(model, [s[3] for s in sequences], with_types)
    heads = [head(dim + 10, hidden, 5 + hidden) for hidden in (0, 8)]
    for (breaks, before, rest, (ids, types, mask, text)), state in zip(sequences, states):
        x = torch.cat([state, torch.from_numpy(features(ids, sep, pad, breaks))], 1)
        cases.append(
            {
                "breaks": breaks, "before": before, "rest": rest, "ids": ids, "types": types, "text": text,
                "features": b64(x.numpy()[:, dim:]), "hidden": b64(state.numpy()),
                "logits": [b64(run_head(weights, x).numpy()) for weights in heads],
            }
        )
    write_json(
        folder / "expected.json",
        {
            "madeBy": versions("torch", "transformers", "tokenizers", "onnx", "onnxscript"),
            "dim": dim,
            "heads": [
                [{"name": name, "shape": list(t.shape), "data": b64(t.numpy())} for name, t in weights.items()]
                for weights in heads
            ],
            "cases": cases,
        },
    )


def make_bert():
    tok = wordpiece()
    dim = 32
    config = BertConfig(
        vocab_size=tok.get_vocab_size(), hidden_size=dim, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=48, max_position_embeddings=LENGTH, attn_implementation="eager",
    )
    config.architectures = ["BertModel"]
    names = ["input_ids", "attention_mask", "token_type_ids"]
    torch.manual_seed(1)
    model = BertModel(config).eval()
    spread(model, 1, 4)
    folder = OUT / "tiny-bert"
    save(folder, config, tok, Hidden(model), names, ["last_hidden_state"])
    variants(folder / "onnx/model.onnx")
    special = (2, 3, 0, 1, 1)
    expected(folder, tok, model, special, True, dim)

    torch.manual_seed(2)
    asker = BertForQuestionAnswering(config).eval()
    spread(asker, 2, 4)
    folder = OUT / "tiny-bert-qa"
    save(folder, config, tok, Logits(asker), names, ["start_logits", "end_logits"])
    cases = []
    for before, rest in CONTEXTS:
        ids, types, mask, text = sequence(plain(tok), before, rest, special, False)
        with torch.no_grad():
            out = asker(torch.tensor([ids]), torch.tensor([mask]), torch.tensor([types]))
        logits = torch.cat([out.start_logits, out.end_logits])
        cases.append({"before": before, "rest": rest, "ids": ids, "types": types, "text": text, "logits": b64(logits.numpy())})
    write_json(folder / "expected.json", {"madeBy": versions("torch", "transformers", "tokenizers", "onnx"), "cases": cases})


def make_roberta():
    tok = byte_level()
    dim = 16
    config = RobertaConfig(
        vocab_size=tok.get_vocab_size(), hidden_size=dim, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=32, max_position_embeddings=LENGTH + 2, type_vocab_size=1, pad_token_id=1,
        bos_token_id=0, eos_token_id=2, attn_implementation="eager",
    )
    config.architectures = ["RobertaModel"]
    torch.manual_seed(3)
    model = RobertaModel(config).eval()
    spread(model, 3, 4)
    folder = OUT / "tiny-roberta"
    save(folder, config, tok, Hidden(model), ["input_ids", "attention_mask"], ["last_hidden_state"])
    expected(folder, tok, model, (0, 2, 1, 2, 0), False, dim)


if __name__ == "__main__":
    make_bert()
    make_roberta()
