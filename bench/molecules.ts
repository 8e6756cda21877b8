/**
 * Conformers of small molecules: a model is trained, and draws 2 K conformers of each held-out molecule that has K references. COV and MAT by the
 * symmetric RMSD of heavy atoms. One thread.
 *
 *     npx tsx bench/molecules.ts [--data ../shared/data/molecules/qm9-mmff.npz] [--minutes 15 | --steps N] [--steps-of-sampler 60] [--sampler dpm++-2m-sde]
 *         [--widths 96,48] [--depth 5] [--rate 1e-3] [--ema 0.999] [--seed 0] [--out FOLDER] [--model FOLDER] [--json]
 *
 * `--model` judges a model that is there. The data are MMFF94 conformers of 954 molecules of QM9, of which 100 are held out by the file.
 * docs/molecules.md has what other programs make of the same molecules.
 */
import { parseArgs } from 'node:util'
import { readModelFolder, writeModelFolder } from '../src/files/io/node/model-folder.ts'
import { train as learn } from '../src/app/train.ts'
import { nodeEngine } from '../src/engine/runtime/node/index.ts'
import { coverageOf } from '../src/families/molecules/coverage.ts'
import { defaultMoleculeSpec } from '../src/families/molecules/defaults.ts'
import { moleculeFolderOf, type MoleculeModel, moleculeModelOf } from '../src/families/molecules/model.ts'
import { openSource, sourceOf } from '../src/files/data/node/index.ts'
import { samplerByName } from '../src/diffusion/sample/registry.ts'

const { values: flags } = parseArgs({
  options: {
    data: { type: 'string', default: '../shared/data/molecules/qm9-mmff.npz' },
    minutes: { type: 'string', default: '15' },
    steps: { type: 'string' },
    sampler: { type: 'string', default: 'dpm++-2m-sde' },
    'steps-of-sampler': { type: 'string', default: '60' },
    widths: { type: 'string' },
    depth: { type: 'string' },
    batch: { type: 'string' },
    rate: { type: 'string' },
    ema: { type: 'string' },
    seed: { type: 'string', default: '0' },
    out: { type: 'string' },
    model: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
})
const number = (text: string | undefined): number | undefined => (text === undefined ? undefined : Number(text))

const engine = await nodeEngine()
async function part(split: 'train' | 'test') {
  const { train: data } = await openSource(await sourceOf(flags.data, { split }))
  if (data.kind !== 'molecules') throw new Error(`${flags.data} holds ${data.kind}`)
  return data
}
const [training, heldOut] = [await part('train'), await part('test')]

async function trained(): Promise<MoleculeModel> {
  const spec = defaultMoleculeSpec(training, {
    budget: flags.steps === undefined ? { minutes: Number(flags.minutes) } : { steps: Number(flags.steps) },
    seed: Number(flags.seed),
    widths: flags.widths?.split(',').map(Number),
    depth: number(flags.depth),
    batch: number(flags.batch),
    optimizer: { rate: number(flags.rate), ema: number(flags.ema) },
  })
  let model: MoleculeModel | undefined
  for await (const event of learn({ spec, dataset: training, engine, threads: 1, logEvery: 500 })) {
    if (event.type === 'checkpoint') model = event.model as MoleculeModel
    if (event.type === 'log' && !flags.json)
      console.error(event.line.step, event.line.loss.toFixed(4), event.line.seconds)
  }
  if (flags.out !== undefined) await writeModelFolder(flags.out, moleculeFolderOf(model!))
  return model!
}

const model = flags.model === undefined ? await trained() : moleculeModelOf(await readModelFolder(flags.model))
const begun = performance.now()
const coverage = await coverageOf(model, heldOut.molecules, engine, {
  thresholds: [0.2, 0.5],
  sampler: samplerByName(flags.sampler),
  times: model.sampling.times(Number(flags['steps-of-sampler'])),
  seed: 1,
  threads: 1,
})
const seconds = (performance.now() - begun) / 1000
const { steps, minutes } = model.meta.training as { steps?: number; minutes?: number }
if (flags.json) console.log(JSON.stringify({ ...coverage, steps, minutes, seconds }))
else {
  const percent = (value: number): string => (100 * value).toFixed(1)
  for (const { threshold, scores } of coverage.scores) {
    const { covR, covP } = scores.mean
    console.log(`at ${threshold} Å: COV-R ${percent(covR)} %, COV-P ${percent(covP)} %`)
  }
  const { matR, matP } = coverage.scores[0]!.scores.mean
  console.log(`MAT-R ${matR.toFixed(3)} Å, MAT-P ${matP.toFixed(3)} Å`)
  console.log(`bonds off by ${coverage.bondError.toFixed(4)} Å, angles by ${coverage.angleError.toFixed(2)}°`)
  console.log(
    `broken ${percent(coverage.broken)} %, clashing ${percent(coverage.clashing)} %, arrangement kept ${percent(coverage.stereoKept)} %`,
  )
  console.log(
    `${coverage.molecules} molecules, ${coverage.conformers} conformers in ${seconds.toFixed(0)} s; trained ${minutes} minutes, ${steps} steps`,
  )
}
process.exit(0)
