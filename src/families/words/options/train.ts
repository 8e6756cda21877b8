/** Options of training on captions, for the families that can. */
import { captionReading } from '../../../files/data/options.ts'
import { options, real, text, whole } from '../../../options.ts'

const group = 'Captions'
const more = 'More: captions'

/** How captions are learned. */
export const captionOptions = options({
  captions: {
    flags: '--captions',
    help: 'learn what the captions of pictures say, to be asked for by --prompt',
    group,
  },
  captionsFrom: { ...captionReading.captionsFrom, group: more },
  textEncoder: {
    flags: '--text-encoder <folder>',
    help: 'a text encoder that stays as it is, such as a CLIPTextModel, with its tokenizer, or a pipeline with one or two (default: a small one that learns along)',
    parse: text,
    group,
  },
  tokenizer: {
    flags: '--tokenizer <path>',
    help: "a folder of CLIP's vocab.json and merges.txt, or a tokenizer.json (default: the words of the captions)",
    parse: text,
    group,
  },
  captionDropout: {
    flags: '--caption-dropout <p>',
    help: 'how often a caption is left out, which guidance needs (default: 0.1)',
    parse: real({ min: 0, max: 0.999 }),
    group: more,
  },
  keywordDropout: {
    flags: '--keyword-dropout <p>',
    help: 'how often each keyword of a caption, between commas, is left out (default: 0)',
    parse: real({ min: 0, max: 0.999 }),
    group: more,
  },
  shuffleKeywords: { flags: '--shuffle-keywords', help: 'keywords in another order every time', group: more },
  keepKeywords: {
    flags: '--keep-keywords <n>',
    help: 'so many keywords in front are neither left out nor moved (default: 0)',
    parse: whole({ min: 0, max: 512 }),
    group: more,
  },
  places: {
    flags: '--places <n>',
    help: 'tokens of a caption that are read, start and end among them (default: those of the longest, at most 77)',
    parse: whole({ min: 3, max: 512 }),
    group: more,
  },
  textWidth: {
    flags: '--text-width <n>',
    help: 'of the encoder that learns along: numbers to a word (default: 128)',
    parse: whole({ max: 4096 }),
    group: more,
  },
  textLayers: {
    flags: '--text-layers <n>',
    help: 'the same: its layers (default: 2)',
    parse: whole({ max: 48 }),
    group: more,
  },
  captionGuidance: {
    flags: '--caption-guidance <w>',
    help: 'the guidance that the model is sampled with unless told otherwise (default: 3)',
    parse: real({ min: -1, max: 100 }),
    group: more,
  },
})
