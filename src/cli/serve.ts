/** `tweedie serve`: models over HTTP. */
import type { Command } from 'commander'
import type { OwnParts } from '../families/family.ts'
import { engineOptions } from '../families/options.ts'
import { options, real, text, whole } from '../options.ts'
import { command } from './common.ts'
import type { ServeValues } from './serve-run.ts'

const serveOptions = options({
  host: { flags: '--host <address>', help: 'where it listens (default: 127.0.0.1, this machine alone)', parse: text },
  port: {
    flags: '--port <n>',
    help: 'its port; 0 is any free one (default: 8033)',
    parse: whole({ min: 0, max: 65535 }),
  },
  token: {
    flags: '--token <token>',
    help: 'what requests must carry; several times for several (also TWEEDIE_TOKEN, which no list of processes shows)',
    parse: text,
    repeated: true,
  },
  memory: {
    flags: '--memory <size>',
    help: 'weights that are open at a time: 2GB; models not used for longest are closed (default: all stay open)',
    parse: text,
  },
  eager: { flags: '--eager', help: 'open all models at the start, not when they are first asked for' },
  drain: {
    flags: '--drain <s>',
    help: 'at the end, time for what was begun (default: 30)',
    parse: real({ min: 0 }),
  },
})

const group = 'Limits'

/** Limits of one request. */
const limitOptions = options({
  maxCount: { flags: '--max-count <n>', help: 'items in one request (default: 64)', parse: whole(), group },
  maxItems: {
    flags: '--max-items <n>',
    help: 'items in one evaluation of the bare network (default: 1024)',
    parse: whole(),
    group,
  },
  maxSteps: { flags: '--max-steps <n>', help: 'steps in one request (default: 1000)', parse: whole(), group },
  maxBody: { flags: '--max-body <MB>', help: 'size of a request (default: 16)', parse: real({ min: 0.001 }), group },
  maxWaiting: {
    flags: '--max-waiting <n>',
    help: 'requests that wait; more are refused (default: 256)',
    parse: whole(),
    group,
  },
  maxSeconds: {
    flags: '--max-seconds <s>',
    help: 'from a request to its answer (default: 300)',
    parse: real({ min: 0.001 }),
    group,
  },
  batch: {
    flags: '--batch <n>',
    help: 'items that are drawn at once, of several requests (default: 32)',
    parse: whole(),
    group,
  },
})

/** The command. */
export function serveCommand(own: OwnParts = {}): Command {
  const serve = command('serve', 'serve models over HTTP: samples, restorations, edits, latents', {
    args: [['<models...>', 'folders of models; name=FOLDER gives one another name']],
    tables: [serveOptions, limitOptions, engineOptions],
    examples: [
      ['tweedie serve runs/icons', 'at http://127.0.0.1:8033/; Ctrl-C ends it'],
      ['tweedie serve cats=runs/17 dogs=runs/18 --memory 1GB', 'several, open by turns'],
      ['TWEEDIE_TOKEN=… tweedie serve runs/icons --host 0.0.0.0', 'for other machines'],
    ],
  })
  return serve.action(async (models: string[], values: ServeValues) => {
    const { runServe } = await import('./serve-run.ts')
    await runServe(models, values, own)
  })
}
