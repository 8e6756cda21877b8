/** `tweedie serve`: models over HTTP. */
import type { Command } from 'commander'
import { limitOptions } from '../app/node/serve/limits.ts'
import type { OwnParts } from '../families/family.ts'
import { engineOptions } from '../families/options.ts'
import { options, real, text, whole } from '../options.ts'
import { command, withExamples } from './common.ts'
import { addOptions } from './derive.ts'
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

/** The command. */
export function serveCommand(own: OwnParts = {}): Command {
  const serve = command('serve', 'serve models over HTTP: samples, restorations, edits, latents')
  serve.argument('<models...>', 'folders of models; name=FOLDER gives one another name')
  addOptions(serve, [serveOptions, limitOptions, engineOptions])
  withExamples(serve, [
    ['tweedie serve runs/icons', 'at http://127.0.0.1:8033/; Ctrl-C ends it'],
    ['tweedie serve cats=runs/17 dogs=runs/18 --memory 1GB', 'several, open by turns'],
    ['TWEEDIE_TOKEN=… tweedie serve runs/icons --host 0.0.0.0', 'for other machines'],
  ])
  return serve.action(async (models: string[], values: ServeValues) => {
    const { runServe } = await import('./serve-run.ts')
    await runServe(models, values, own)
  })
}
