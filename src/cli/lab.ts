/** `tweedie lab`: the Lab in a browser, with the runs of this machine. */
import type { Command } from 'commander'
import { options, whole } from '../options.ts'
import { command } from './common.ts'
import type { LabValues } from './lab-serve.ts'

const labOptions = options({
  port: {
    flags: '--port <n>',
    help: 'port on 127.0.0.1 (default: 4870, or a free one)',
    parse: whole({ min: 0, max: 65535 }),
  },
  open: { flags: '--open', help: 'open it in the browser' },
})

/** The command. */
export function labCommand(): Command {
  const lab = command('lab', 'learn, train, draw and watch runs in a browser; nothing leaves this machine', {
    args: [['[folder]', "whose runs are shown (default: 'runs', or this folder)"]],
    tables: [labOptions],
    examples: [
      ['tweedie lab', 'the runs below runs/, at http://127.0.0.1:4870/'],
      ['tweedie lab ~/models --port 8080', 'other folders, another port'],
      ['tweedie lab --open', 'in the browser at once; Ctrl-C ends it'],
    ],
  })
  return lab.action(async (folder: string | undefined, values: LabValues) => {
    const { runLab } = await import('./lab-serve.ts')
    await runLab(folder, values)
  })
}
