/** The options that say what data are, and how they are read. */
import { oneOf, options, real, text, whole } from '../options.ts'

const share = real({ min: 0, max: 0.9 })
const group = 'Data'

/** All of them. */
export const dataOptions = options({
  size: { flags: '--size <pixels>', help: 'bring images to this size', parse: whole({ max: 4096 }), group },
  crop: { flags: '--crop <pixels>', help: 'cut images into patches of this size', parse: whole({ max: 4096 }), group },
  channels: {
    flags: '--channels <n>',
    help: '1: grey, 3: colour',
    parse: (typed: string): 1 | 3 => Number(oneOf(['1', '3'])(typed)) as 1 | 3,
    group,
  },
  items: { flags: '--items <n>', help: 'built-in sets: how many items (default: 10000)', parse: whole(), group },
  unconditional: { flags: '--unconditional', help: 'pay no attention to classes', group },
  holdOut: {
    flags: '--hold-out <share>',
    help: 'keep the end of the data out, for eval (default: 0, for text 0.1)',
    parse: share,
    group,
  },
  tokens: {
    flags: '--tokens <how>',
    help: 'text as characters, bytes, or by a tokenizer.json (default: characters); a table: columns',
    parse: text,
    group: 'More: data of tokens',
  },
  length: {
    flags: '--length <n>',
    help: 'tokens to a window of text (default: 128)',
    parse: whole({ max: 65_536 }),
    group: 'More: data of tokens',
  },
  categories: {
    flags: '--categories <n>',
    help: 'images of so many levels as categories; with --tokens columns: bins of a column of numbers',
    parse: whole({ min: 2, max: 65_536 }),
    group: 'More: data of tokens',
  },
})
