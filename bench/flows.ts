/**
 * Normalising flows: how far test items of the built-in densities are above the exact entropy, and bits per dimension of held-out
 * digits. Less is better.
 *
 *     npx tsx bench/flows.ts [ROW …] [--minutes 3] [--set name=value …] [--seed 0] [--data ../shared/data] [--items N] [--draws 16]
 *         [--save FOLDER] [--json]
 *
 * Rows: moons, pinwheel, checkerboard, eight-gaussians (each 3 minutes), digits8 (15 minutes), mnist (40 minutes); by default all of
 * them, 67 minutes on two cores. `--minutes` sets them all. `--items` and `--draws`: how many of the held-back digits
 * are judged, and by how many draws of the noise within the shades. `--set` gives any option of `tweedie train --model flow`, such as
 * `--set widths=96` or `--set network=TarFlow`; configurations of networks are JSON: `--set 'network={"className":"GlowFlow"}'`.
 *
 * The entropies are exact where they are known in closed form (checkerboard: ln 8), else by 10⁶ draws of the density itself, ± 0.005.
 * Of digits8 the last 200 are held back and of MNIST the last 1,000: the model is conditional on the class, whose log₂ 10 bits are
 * 0.052 and 0.004 bits/dim.
 */
import { parseArgs } from 'node:util'
import { fit } from '../src/app/fit.ts'
import { nodeEngine } from '../src/engine/runtime/node/index.ts'
import { key } from '../src/engine/random/index.ts'
import { generateFlow } from '../src/families/flow/generate.ts'
import { flowLikelihood } from '../src/families/flow/likelihood.ts'
import { type FlowModel, flowFolderOf } from '../src/families/flow/model.ts'
import { densityDataset, type DensityName } from '../src/files/data/builtin/densities.ts'
import type { ArrayDataset } from '../src/files/data/dataset.ts'
import { openDataset } from '../src/files/data/node/index.ts'
import { select } from '../src/files/data/subset.ts'
import { writeModelFolder } from '../src/files/io/node/index.ts'
import { thousands } from '../src/words.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    minutes: { type: 'string' },
    set: { type: 'string', multiple: true, default: [] },
    seed: { type: 'string', default: '0' },
    data: { type: 'string', default: '../shared/data' },
    items: { type: 'string' },
    draws: { type: 'string', default: '16' },
    save: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
})

/** Differential entropies, nats. */
const entropies = {
  moons: 1.003,
  pinwheel: 0.921,
  checkerboard: Math.log(8),
  'eight-gaussians': 1.698,
} as const satisfies Partial<Record<DensityName, number>>

/** Images: how many at the end are held back, the minutes, and the figure to reach. */
const images = {
  digits8: { heldOut: 200, minutes: 15, goal: 2.2 },
  mnist: { heldOut: 1000, minutes: 40, goal: 1.5 },
} as const

const rows = positionals.length > 0 ? positionals : [...Object.keys(entropies), ...Object.keys(images)]
const engine = await nodeEngine()
const options = Object.fromEntries(
  values.set.map((each) => [each.slice(0, each.indexOf('=')), parsed(each.slice(each.indexOf('=') + 1))]),
)
for (const row of rows) {
  const figure =
    row in entropies ? await plane(row as keyof typeof entropies) : await pictures(row as keyof typeof images)
  console.log(values.json ? JSON.stringify(figure) : figure.text)
}

/** A density in the plane: 50,000 points to train on, 20,000 others to test. */
async function plane(name: keyof typeof entropies) {
  const { labels: _, classNames: __, ...train } = densityDataset(name, 50_000, key('train'))
  const test = { ...densityDataset(name, 20_000, key('test')), labels: undefined, classNames: undefined }
  const { model, took, steps } = await trained(train, 3)
  const { nats, outside } = await flowLikelihood(model, test, engine, { count: 20_000, batch: 2000 })
  const above = nats.value - entropies[name]
  const text = `${name.padEnd(16)} ${nats.value.toFixed(3)} ± ${nats.standardError!.toFixed(3)} nats, ${above.toFixed(3)} above the entropy (at most 0.05); ${took}, ${outside} outside`
  return { row: name, nats, above, outside, steps, text }
}

/** Digits: bits per dimension of those that were held back, by 16 draws of the noise within the shades. */
async function pictures(name: keyof typeof images) {
  const { heldOut, minutes, goal } = images[name]
  const all = await openDataset(`${values.data}/${name}`)
  const part = (from: number, to: number): ArrayDataset =>
    select(
      all,
      Array.from({ length: to - from }, (_, i) => from + i),
    )
  const cut = all.length - heldOut
  const { model, took, steps } = await trained(part(0, cut), minutes)
  const report = await flowLikelihood(model, part(cut, all.length), engine, {
    count: Number(values.items ?? heldOut),
    dequantisations: Number(values.draws),
  })
  const training = await flowLikelihood(model, part(0, heldOut), engine, {
    count: Math.min(200, Number(values.items ?? heldOut)),
    dequantisations: 1,
  })
  const { bitsPerDim, tighter } = report
  const begun = performance.now()
  await generateFlow(model, engine, { count: 16 })
  const seconds = (performance.now() - begun) / 1000
  const text = `${name.padEnd(16)} ${bitsPerDim.value.toFixed(3)} ± ${bitsPerDim.standardError!.toFixed(3)} bits/dim (below ${goal}), ${(tighter ?? bitsPerDim).value.toFixed(3)} by the mean of ${values.draws} draws, ${training.bitsPerDim.value.toFixed(3)} of training items; ${took}; 16 samples in ${seconds.toFixed(1)} s`
  return { row: name, bitsPerDim, tighter, training: training.bitsPerDim, steps, seconds, text }
}

async function trained(data: ArrayDataset, usual: number) {
  const begun = performance.now()
  let steps = 0
  const model = await fit<FlowModel>(data, {
    model: 'flow',
    ...('steps' in options ? {} : { minutes: Number(values.minutes ?? usual) }),
    seed: Number(values.seed),
    ...options,
    engine,
    onEvent: (event) => void (event.type === 'step' && (steps = event.step)),
  })
  if (values.save !== undefined) await writeModelFolder(values.save, flowFolderOf(model))
  const minutes = (performance.now() - begun) / 60_000
  return {
    model,
    steps,
    took: `${thousands(steps)} steps in ${minutes.toFixed(1)} min, ${thousands(model.layout.size)} parameters`,
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
