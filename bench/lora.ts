/**
 * Training adapters against training all weights: the time of a step, measured in turns in one process, and the memory of processes that
 * do one of both. Of a pipeline in a folder, and of the default network for captioned pictures of 32 pixels.
 *
 *     npx tsx bench/lora.ts [--pipeline ../shared/golden/tiny-sd] [--rank 8] [--targets attention] [--batch 4] [--rounds 12]
 *                           [--tries 3] [--threads 2] [--only pipeline|captions]
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createTrainer } from '../src/app/train.ts'
import { prepareRun } from '../src/app/node/prepare-run.ts'
import { trainRun } from '../src/app/node/train-run.ts'
import { nodeEngine } from '../src/engine/runtime/node/index.ts'
import { median, timed } from './measure.ts'

const { values } = parseArgs({
  options: {
    pipeline: { type: 'string', default: '../shared/golden/tiny-sd' },
    rank: { type: 'string', default: '8' },
    targets: { type: 'string', default: 'attention' },
    batch: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '12' },
    tries: { type: 'string', default: '3' },
    threads: { type: 'string', default: '2' },
    only: { type: 'string' },
    // of the processes whose memory is measured
    alone: { type: 'string' },
    model: { type: 'string' },
  },
})
const [rank, batch, rounds, tries, threads] = (['rank', 'batch', 'rounds', 'tries', 'threads'] as const).map((name) =>
  Number(values[name]),
) as [number, number, number, number, number]
const data = 'scenes'
const engine = await nodeEngine()

/** What learns: all weights, adapters, or adapters of the text encoders as well. */
const kinds = ['all weights', 'adapters', 'adapters, text too'] as const
type Kind = (typeof kinds)[number]

/** The trainer of a model. */
async function trainerOn(model: string, kind: Kind) {
  const options = {
    items: 64,
    size: 32,
    from: model,
    captions: true,
    batch,
    seed: 1,
    ...(kind === 'all weights'
      ? model === values.pipeline && { textEncoder: model }
      : { lora: rank, loraTargets: values.targets, ...(kind === 'adapters, text too' && { loraText: true }) }),
  }
  const { spec, dataset, start } = await prepareRun({ data, dryRun: true, options })
  return createTrainer(spec, dataset, engine, { threads, ...(start && { start }) })
}

if (values.alone !== undefined) {
  const trainer = await trainerOn(values.model!, values.alone as Kind)
  for (let i = 0; i < 6; i++) await trainer.step(1e6)
  const { rss } = process.memoryUsage()
  console.log(JSON.stringify({ rss, most: process.resourceUsage().maxRSS * 1024 }))
  process.exit(0)
}

const folder = mkdtempSync(join(tmpdir(), 'tweedie-bench-lora-'))
try {
  if (values.only !== 'captions') await compare('pipeline', values.pipeline)
  if (values.only !== 'pipeline') {
    const options = { items: 64, size: 32, captions: true, batch, steps: 1 }
    for await (const event of trainRun({ data, out: folder, force: true, options })) void event
    await compare('captioned U-Net, 32 px', folder)
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
process.exit(0)

async function compare(title: string, model: string): Promise<void> {
  const ways: {
    readonly name: Kind
    readonly trainer: Awaited<ReturnType<typeof trainerOn>>
    readonly times: number[]
  }[] = []
  for (const name of kinds) ways.push({ name, trainer: await trainerOn(model, name), times: [] })
  for (const { trainer } of ways) for (let i = 0; i < 2; i++) await trainer.step(1e6)
  for (let round = 0; round < rounds; round++) {
    for (const { trainer, times } of ways) times.push(await timed(() => trainer.step(1e6)))
  }
  for (const { name, trainer, times } of ways) {
    const memory = Array.from({ length: tries }, () => memoryOf(model, name))
    // parameters, gradient, average and what the optimiser keeps
    const state = trainer.layout.size * 4 * (3 + Object.keys(trainer.state.optimizer.slots).length)
    const [rss, most] = (['rss', 'most'] as const).map((each) => median(memory.map((one) => one[each])) / 2 ** 20)
    console.log(
      `${title}, ${name}: ${trainer.layout.size} numbers learn; a step of ${batch}: ${median(times).toFixed(1)} ms; ` +
        `arrays of the state ${(state / 2 ** 20).toFixed(2)} MiB; process ${rss!.toFixed(0)} MiB, at most ${most!.toFixed(0)} MiB`,
    )
    trainer.dispose()
  }
}

function memoryOf(model: string, alone: Kind): { readonly rss: number; readonly most: number } {
  const given = ['rank', 'targets', 'batch', 'threads', 'pipeline'] as const
  const flags = given.flatMap((each) => [`--${each}`, values[each]])
  const args = ['--import', 'tsx', process.argv[1]!, '--alone', alone, '--model', model, ...flags]
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as { rss: number; most: number }
}
