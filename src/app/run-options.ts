/** The options of a run in a folder: how often to save and to draw samples. */
import { options, whole } from '../options.ts'

const group = 'Run'

/** All of them. */
export const runOptions = options({
  checkpointEvery: {
    flags: '--checkpoint-every <n>',
    help: 'steps between checkpoints (default: a minute)',
    parse: whole(),
    group,
  },
  sampleEvery: {
    flags: '--sample-every <n>',
    help: 'steps between samples, as pictures or text',
    parse: whole(),
    group,
  },
  logEvery: { flags: '--log-every <n>', help: 'steps between lines of the log (default: 20)', parse: whole(), group },
})
