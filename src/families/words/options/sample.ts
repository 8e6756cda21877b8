/** Options of asking for something in words, for the families that can. */
import { oneOf, options, text, whole } from '../../../options.ts'

const words = 'Words'

/** What is asked for in words, of models that know them. */
export const promptOptions = options({
  prompt: {
    flags: '--prompt <text>',
    help: 'what to show, of a model that knows words; "a house AND a lake:0.7" is both at once; repeat for several, in turn (default: nothing)',
    parse: text,
    repeated: true,
    group: words,
  },
  prompts: {
    flags: '--prompts <file>',
    help: 'a file with a prompt in each line, in turn',
    parse: text,
    group: words,
    conflicts: ['prompt'],
  },
  towardsPrompt: {
    flags: '--towards-prompt <text>',
    help: 'walk from the prompt to this one, in as many pictures as --count says',
    parse: text,
    group: words,
  },
  attention: {
    flags: '--attention',
    help: 'a second picture, NAME-attention: where the network looks at each word of the prompt',
    group: words,
    conflicts: ['towardsPrompt', 'encode', 'decode'],
  },
  longPrompts: {
    flags: '--long-prompts <way>',
    help: 'a prompt that is longer than the text encoder takes: cut (default), or read in chunks, one after the other',
    parse: oneOf(['cut', 'chunks']),
    group: words,
  },
  clipSkip: {
    flags: '--clip-skip <n>',
    help: 'leave out so many of the last layers of the text encoder, as some models have been trained (default: 0)',
    parse: whole({ min: 0, max: 100 }),
    group: words,
  },
})
