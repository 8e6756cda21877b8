/** The options of training low-rank adapters of a model, for all families. */
import { layersToAdapt } from '../families/choices.ts'
import { options, positive, text, whole } from '../options.ts'

const group = 'Adapters'

/** All of them. */
export const adaptOptions = options({
  lora: {
    flags: '--lora <rank>',
    help: 'train low-rank adapters of this rank, such as 8; the model of --from stays as it is',
    parse: whole({ max: 4096 }),
    group,
  },
  loraAlpha: {
    flags: '--lora-alpha <x>',
    help: 'adapters count α / rank times (default: the rank)',
    parse: positive,
    group,
  },
  loraTargets: {
    flags: '--lora-targets <list>',
    help: `the layers: ${layersToAdapt.join(', ')}, or parts of their names (default: attention)`,
    parse: text,
    group,
  },
  loraText: {
    flags: '--lora-text',
    help: 'adapt the text encoders as well',
    group,
  },
  newWord: {
    flags: '--new-word <word>',
    help: 'learn one word of the captions, such as "<icon>", by textual inversion; the model of --from stays as it is',
    parse: text,
    group,
  },
  newWordFrom: {
    flags: '--new-word-from <word>',
    help: 'the word that it begins as (default: the mean of all words)',
    parse: text,
    group,
  },
  newWordVectors: {
    flags: '--new-word-vectors <k>',
    help: 'how many vectors it has, each a place of the text (default: 1)',
    parse: whole({ max: 64 }),
    group,
  },
})

/** Data that keep a model from forgetting what it knew, of runs in a folder. */
export const priorOptions = options({
  priorData: {
    flags: '--prior-data <data>',
    help: 'half of every step is of these, read like the data: pictures of the same class that the model made, so that it does not forget',
    parse: text,
    group,
  },
  priorPrompt: {
    flags: '--prior-prompt <text>',
    help: 'draw what --prior-data lacks of them by the model of --from, of this prompt: "a photo of a dog"',
    parse: text,
    group,
  },
  priorCount: {
    flags: '--prior-count <n>',
    help: 'how many pictures of --prior-prompt there should be (default: 100)',
    parse: whole({ max: 1e6 }),
    group,
  },
  priorWeight: {
    flags: '--prior-weight <x>',
    help: 'how much their loss counts (default: 1)',
    parse: positive,
    group,
  },
})
