/** Options of asking for something in words, for the families that can. */
import { oneOf, options, text } from '../../../options.ts'

const words = 'Words'

/** What is asked for in words, of models that know them. */
export const promptOptions = options({
  prompt: {
    flags: '--prompt <text>',
    help: 'what to show, of a model that knows words; repeat for several, in turn (default: nothing)',
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
  longPrompts: {
    flags: '--long-prompts <way>',
    help: 'a prompt that is longer than the text encoder takes: cut (default), or read in chunks, one after the other',
    parse: oneOf(['cut', 'chunks']),
    group: words,
  },
})
