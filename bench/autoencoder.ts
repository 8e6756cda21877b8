/**
 * An AutoencoderKL of photographs: how well it gives back patches that it has not seen.
 *
 *     npx tsx bench/autoencoder.ts --out runs/photos-vae [--data ../shared/data/photos] [--crop 64] [--minutes 20] [--seed 0]
 *                                  [--widths 16,32,64] [--latent 8] [--batch 4] [--rate 0.001] [--sigma 0.05] [--warmup-kl 0] [--judge] [--json]
 *
 * It is trained on patches of the left four fifths of each photograph, by the true bound with a learned width, and judged by those of
 * the right fifth, side by side: PSNR of what the decoder makes of the code's mean, in bytes, as the mean over patches and from the mean
 * squared error of all; what a code costs, in bits for each number of a patch; and the time of a patch each way. `--judge` leaves the
 * training out and reads the folder.
 */
import { parseArgs } from 'node:util'
import { readAutoencoder } from '../src/app/node/read-autoencoder.ts'
import { trainRun } from '../src/app/node/train-run.ts'
import { type AutoencoderWeights, compiledAutoencoder } from '../src/compiled/autoencoder.ts'
import { nodeEngine } from '../src/engine/runtime/node/index.ts'
import { type ArrayDataset, itemSize } from '../src/files/data/dataset.ts'
import { openDataset } from '../src/files/data/node/index.ts'
import { loadBatch } from '../src/files/data/normalise.ts'
import { psnr } from '../src/tools/metrics/index.ts'

const { values: flags } = parseArgs({
  options: {
    data: { type: 'string', default: '../shared/data/photos' },
    out: { type: 'string' },
    crop: { type: 'string', default: '64' },
    minutes: { type: 'string', default: '20' },
    seed: { type: 'string', default: '0' },
    widths: { type: 'string', default: '16,32,64' },
    latent: { type: 'string', default: '8' },
    batch: { type: 'string', default: '4' },
    rate: { type: 'string', default: '0.001' },
    'warmup-kl': { type: 'string', default: '0' },
    sigma: { type: 'string', default: '0.05' },
    judge: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})
const out = flags.out ?? fail('--out FOLDER is needed')
const crop = Number(flags.crop)

function fail(message: string): never {
  console.error(message)
  process.exit(2)
}

/** Trains it, and says how it goes. */
async function trained(): Promise<object> {
  const [minutes, rate, seed] = [flags.minutes, flags.rate, flags.seed].map(Number)
  const options = {
    model: 'vae',
    crop,
    minutes,
    seed,
    rate,
    widths: flags.widths.split(',').map(Number),
    latent: Number(flags.latent),
    sigma: Number(flags.sigma),
    batch: Number(flags.batch),
    ...(Number(flags['warmup-kl']) > 0 && { warmupKl: Number(flags['warmup-kl']) }),
  }
  let [steps, loss, seconds] = [0, Number.NaN, 0]
  for await (const event of trainRun({ data: flags.data, out, options })) {
    if (event.type !== 'log') continue
    ;({ step: steps, loss, seconds } = event.line)
    if (!flags.json) console.log(`step ${steps}: loss ${loss.toFixed(1)}, ${seconds.toFixed(0)} s`)
  }
  return { ...options, steps, loss, seconds, msPerStep: (1000 * seconds) / steps }
}

/** How well patches are given back, and what their codes cost. */
async function judged(part: AutoencoderWeights, data: ArrayDataset) {
  const size = itemSize(data.shape)
  const batch = Math.min(8, data.length)
  using coder = await compiledAutoencoder(part, await nodeEngine(), { batch })
  let [sum, squared, nats, encoding, decoding] = [0, 0, 0, 0, 0]
  for (let first = 0; first < data.length; first += batch) {
    const count = Math.min(batch, data.length - first)
    const indices = Array.from({ length: count }, (_, i) => first + i)
    const x = loadBatch(data, indices, new Float32Array(count * size))
    const start = performance.now()
    const { mean, logVariance } = await coder.encode(x)
    const between = performance.now()
    const again = inBytes(await coder.decode(mean))
    // the first batch compiles
    if (first > 0) {
      encoding += between - start
      decoding += performance.now() - between
    }
    mean.forEach((mu, i) => (nats += (mu ** 2 + Math.exp(logVariance![i]!) - 1 - logVariance![i]!) / 2))
    for (let item = 0; item < count; item++) {
      const [a, b] = [x, again].map((values) => values.subarray(item * size, (item + 1) * size)) as [
        Float32Array,
        Float32Array,
      ]
      sum += psnr(a, b)
      a.forEach((value, i) => (squared += (value - b[i]!) ** 2))
    }
  }
  const timed = Math.max(1, data.length - batch)
  return {
    patches: data.length,
    psnr: sum / data.length,
    psnrOfAll: 10 * Math.log10((4 * data.length * size) / squared),
    codeBitsPerDim: nats / Math.LN2 / (data.length * size),
    encodeMs: encoding / timed,
    decodeMs: decoding / timed,
  }
}

/** Values of bytes, as a picture would hold them. */
const inBytes = (values: Float32Array): Float32Array =>
  values.map((value) => Math.round(255 * Math.min(1, Math.max(0, (value + 1) / 2))) / 127.5 - 1)

const training = flags.judge ? {} : await trained()
const part = await readAutoencoder(out)
const open = (split: 'train' | 'test') =>
  openDataset(flags.data, { crop, stride: crop, split }) as Promise<ArrayDataset>
const report = {
  ...training,
  parameters: part.layout.size,
  code: part.autoencoder.latentShape,
  seen: await judged(part, await open('train')),
  held: await judged(part, await open('test')),
}
if (flags.json) console.log(JSON.stringify(report))
else console.log(report)
