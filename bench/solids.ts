/**
 * Solids as clouds of 256 points, by class: what a model draws against solids that it has not seen.
 *
 *     npx tweedie train solids --minutes 30 --threads 1 --out runs/solids        # goes on with --resume
 *     npx tsx bench/solids.ts --model runs/solids [--count 200] [--steps 50] [--sampler NAME] [--guidance 0] [--threads 1] [--seed 0] [--json]
 *
 * `--count` clouds are drawn, of each class as often as in the data, and held against as many fresh solids: the share of clouds whose nearest other one is
 * of their own kind (1-NNA; 50 % is best), coverage, and the minimum matching distance, by squared Chamfer and by exact earth mover's distances over the
 * whole sets; and the same for real solids in the place of samples. A classifier of solids, trained for this, says how many drawn ones it takes for
 * their class, beside its rate on real ones. Distances are in standard deviations of the data.
 */
import { parseArgs } from 'node:util'
import { evaluate } from '../src/app/node/evaluate.ts'
import { openFolder } from '../src/app/node/open-folder.ts'

const { values: flags } = parseArgs({
  options: {
    model: { type: 'string' },
    count: { type: 'string', default: '200' },
    steps: { type: 'string', default: '50' },
    sampler: { type: 'string' },
    guidance: { type: 'string', default: '0' },
    threads: { type: 'string', default: '1' },
    seed: { type: 'string', default: '0' },
    json: { type: 'boolean', default: false },
  },
})
const { model: place } = flags
if (place === undefined) throw new Error('usage: npx tsx bench/solids.ts --model RUN')

const started = performance.now()
const options = {
  count: Number(flags.count),
  steps: Number(flags.steps),
  guidance: Number(flags.guidance),
  threads: Number(flags.threads),
  seed: Number(flags.seed),
  ...(flags.sampler !== undefined && { sampler: flags.sampler }),
}
const { facts, text, howText } = await evaluate(await openFolder(place, {}), options, { place })
const seconds = Math.round((performance.now() - started) / 1000)
if (flags.json) console.log(JSON.stringify({ ...facts, seconds }))
else console.log(`${text}\n\n${howText}; ${seconds} s`)
