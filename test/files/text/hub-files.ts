/** Tiny `tokenizer.json` files. */
const added = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true }

/** Whole words, with an unknown token and a mask. */
export const wordLevel = {
  version: '1.0',
  truncation: null,
  padding: null,
  added_tokens: [
    { id: 0, content: '[UNK]', ...added },
    { id: 5, content: '[MASK]', ...added },
  ],
  normalizer: null,
  pre_tokenizer: { type: 'Whitespace' },
  post_processor: null,
  decoder: null,
  model: { type: 'WordLevel', vocab: { '[UNK]': 0, to: 1, be: 2, or: 3, not: 4 }, unk_token: '[UNK]' },
}

const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true }

/** Byte pairs: to, Ġb, Ġbe (Ġ is the space). No unknown token: what it cannot spell, it leaves out. */
export const bpe = {
  version: '1.0',
  truncation: null,
  padding: null,
  added_tokens: [],
  normalizer: null,
  pre_tokenizer: byteLevel,
  post_processor: null,
  decoder: byteLevel,
  model: {
    type: 'BPE',
    dropout: null,
    unk_token: null,
    continuing_subword_prefix: null,
    end_of_word_suffix: null,
    fuse_unk: false,
    vocab: { t: 0, o: 1, Ġ: 2, b: 3, e: 4, to: 5, Ġb: 6, Ġbe: 7 },
    merges: [
      ['t', 'o'],
      ['Ġ', 'b'],
      ['Ġb', 'e'],
    ],
  },
}
