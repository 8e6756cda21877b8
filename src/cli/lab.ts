/** `tweedie lab`: the Lab in a browser, with the runs of this machine. */
import { spawn } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import type { Command } from 'commander'
import { TweedieError } from '../errors.ts'
import { options, whole } from '../options.ts'
import { command, listenForInterrupt, note, print, printJson, withExamples } from './common.ts'
import type { CommonOptions } from './common.ts'
import { addOptions } from './derive.ts'

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
  const lab = command('lab', 'learn, train, draw and watch runs in a browser; nothing leaves this machine')
  lab.argument('[folder]', "whose runs are shown (default: 'runs', or this folder)")
  addOptions(lab, [labOptions])
  withExamples(lab, [
    ['tweedie lab', 'the runs below runs/, at http://127.0.0.1:4870/'],
    ['tweedie lab ~/models --port 8080', 'other folders, another port'],
    ['tweedie lab --open', 'in the browser at once; Ctrl-C ends it'],
  ])
  return lab.action(async (folder: string | undefined, values: LabValues) => {
    const { serveLab } = await import('../app/node/lab/lab-server.ts')
    const { port, open, json, quiet } = values
    const shown = folder ?? (existsSync('runs') ? 'runs' : '.')
    if (statSync(shown, { throwIfNoEntry: false })?.isDirectory() !== true) {
      throw new TweedieError('usage', `${shown}: no such folder`, { hint: 'name a folder that has runs in it' })
    }
    using interrupt = listenForInterrupt()
    await using server = await serveLab({ folder: shown, port })
    if (json) printJson({ url: server.url, folder: shown }, { lines: true })
    else print(server.url)
    note(`runs of ${shown}; Ctrl-C ends it`, { quiet })
    if (open) openInBrowser(server.url)
    await new Promise<void>((done) => interrupt.signal.addEventListener('abort', () => done()))
    process.exitCode = interrupt.status ?? 130
  })
}

interface LabValues extends CommonOptions {
  readonly port?: number
  readonly open?: boolean
}

/** Asks the system to show a page. Where it cannot, the printed address does. */
function openInBrowser(url: string): void {
  const [program, ...args] =
    process.platform === 'darwin'
      ? ['open', url]
      : process.platform === 'win32'
        ? ['cmd', '/c', 'start', '', url]
        : ['xdg-open', url]
  const child = spawn(program!, args, { stdio: 'ignore', detached: true })
  child.on('error', () => note('no browser was found: open the address yourself', {}))
  child.unref()
}
