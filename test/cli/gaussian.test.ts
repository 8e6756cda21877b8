/** Objectives, samplers and likelihoods on the command line, end to end on tiny models. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { parseNpy } from '../../src/files/data/formats/npy.ts'
import { linesIn } from './support.ts'
import { temporaryFolder, tinyImages, tinyPoints } from './tweedie.ts'

const folder = temporaryFolder()
const at = (name: string): string => join(folder, name)
const tweedie = linesIn(folder)
const points = tinyPoints.join(' ')

/** What a line prints as JSON. */
async function json<T = Record<string, unknown>>(line: string): Promise<T> {
  const { status, stdout, stderr } = await tweedie(`${line} --json -q`)
  expect(stderr).toBe('')
  expect(status).toBe(0)
  return JSON.parse(stdout) as T
}

/** The samples that a line draws. */
async function draw(line: string): Promise<Float32Array> {
  expect(await tweedie(`sample ${line} -n 6 -o FOLDER/drawn.npy --force -q`)).toMatchObject({ status: 0, stderr: '' })
  return parseNpy(readFileSync(at('drawn.npy'))).data as Float32Array
}

beforeAll(async () => {
  const learned = `${tinyImages.join(' ')} --learn-variance --noise linear`
  for (const line of [
    `train ${points} --steps 40 --rate 0.01 -o FOLDER/points -q`,
    `train ${learned} --steps 6 -o FOLDER/learned -q`,
  ]) {
    expect(await tweedie(line)).toMatchObject({ status: 0, stderr: '' })
  }
})

test.each([
  ['--levels 20 --noise vp', /--levels is for tables/],
  ['--noise cosine --beta-max 10', /--beta-max is for the noise vp, sub-vp, not for cosine\n.*cosine takes --shift/],
  ['--noise linear --shift 2', /--shift is for the noise .*, and linear is a table of levels/],
  ['--sigma-min 0.1', /--sigma-min is for the noise ve.*, and the default is a table/],
  ['--noise ve --sigma-min 3 --sigma-max 2', /ve schedule: sigmaMax\/sigmaMin/],
  ['--noise vp --schedule ve', /'--schedule <name>' cannot be used with option '--noise <name>'/],
  ['--weighting-gamma 3', /--weighting-gamma is for the weighting min-snr or p2, not for simple/],
  ['--weighting min-snr --weighting-k 3', /--weighting-k is for the weighting p2, not for min-snr/],
  ['--weighting-bias 1 --weighting p2', /--weighting-bias is for the weighting sigmoid/],
  ['--sigma-data 0.7', /--sigma-data is for edm/],
  ['--input level --noise vp', /no table/],
  ['--times importance', /a table of levels knows only uniform/],
  ['--learn-variance --noise vp', /--learn-variance is for tables of noise levels, and vp/],
  ['--objective hybrid --schedule ve', /--objective hybrid is for tables of noise levels, and ve/],
  ['--objective vlb --weighting simple', /--objective vlb is the weighting vlb, not simple/],
  ['--objective edm --parametrisation v', /--objective edm is the parametrisation edm, not v/],
  ['--objective score-matchin', /Did you mean score-matching/],
  ['--parametrisation v --noise edm', /v on edm/],
  ['--parametrisation flow --noise vp', /flow on vp/],
  ['--parametrisation score --weighting simple', /score weighed simply/],
  ['--unconditional --label-dropout 0.2', /no classes to leave out/],
  ['--attention middle', /--attention is for images/],
  ['--flip', /--flip is for images/],
  ['--network net.json', /--widths is for the default network, and --network names another/],
])('train refuses %s', async (options, message) => {
  const before = readdirSync(folder)
  const { status, stderr, stdout } = await tweedie(`train ${points} --out FOLDER/new --steps 2 ${options}`)
  expect(stderr).toMatch(message)
  expect(stderr).toMatch(/^tweedie: .*\n( {2}hint: .*\n)?$/)
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
  expect(readdirSync(folder)).toEqual(before)
})

test.each([
  ['--objective simple', { objective: { weighting: 'simple' }, noise: { table: 'squaredcos_cap_v2', levels: 1000 } }],
  [
    '--objective vlb --schedule vp --beta-max 15',
    { objective: { weighting: 'vlb', times: { name: 'importance' } }, noise: { schedule: 'vp', betaMax: 15 } },
  ],
  ['--objective vlb', { objective: { weighting: 'vlb' }, noise: { levels: 1000 } }],
  [
    '--objective likelihood --shift 2',
    { objective: { weighting: 'likelihood', times: { name: 'importance' } }, noise: { schedule: 'vp', shift: 2 } },
  ],
  ['--objective hybrid --noise linear', { network: { config: { output_shape: [4] } }, noise: { table: 'linear' } }],
  [
    '--objective edm --sigma-max 40 --sigma-data 0.8',
    {
      objective: { parametrisation: 'edm', weighting: 'edm', times: { name: 'log-normal' }, sigmaData: 0.8 },
      noise: { schedule: 'edm', sigmaMax: 40 },
    },
  ],
  [
    '--objective score-matching --sigma-min 0.02',
    { objective: { parametrisation: 'score', weighting: 'snr' }, noise: { schedule: 've', sigmaMin: 0.02 } },
  ],
  [
    '--objective flow-matching',
    { objective: { parametrisation: 'flow', weighting: 'simple' }, noise: { schedule: 'rectified-flow' } },
  ],
  [
    '--weighting p2 --weighting-gamma 0.5 --weighting-k 2 --input noise',
    { objective: { weighting: 'p2', weightingOptions: { gamma: 0.5, k: 2 }, input: 'noise' } },
  ],
])('train %s', async (options, spec) => {
  const found = await json(`train ${points} ${options} --steps 2 --dry-run`)
  expect(found.spec).toMatchObject(spec)
})

describe('sample', () => {
  test('ddpm takes the variance that the model has learned', async () => {
    const [plain, learned, small] = [
      await draw('FOLDER/learned --sampler ddpm --steps 5'),
      await draw('FOLDER/learned --sampler ddpm-learned --steps 5'),
      await draw('FOLDER/learned --sampler ddpm --variance small --steps 5'),
    ]
    expect(plain).toEqual(learned)
    expect(plain).not.toEqual(small)
    const guided = await json('sample FOLDER/learned -n 2 --sampler ddpm --steps 2 --guidance 2')
    expect(guided).toMatchObject({ sampler: 'ddpm' })
  })

  test('churn adds noise, eta as well, and none of them is the plain sampler', async () => {
    const way = 'FOLDER/points --steps 6 --sampler'
    const plain = await draw(`${way} heun`)
    expect(await draw(`${way} heun --churn 0`)).toEqual(plain)
    expect(await draw(`${way} heun --churn 10`)).not.toEqual(plain)
    expect(await draw(`${way} euler --eta 1`)).toEqual(await draw(`${way} euler-a`))
    expect(await draw(`${way} ddim --eta 1`)).not.toEqual(await draw(`${way} ddim`))
  })

  test('times in so many words are those of their spacing', async () => {
    const spelled = await draw('FOLDER/points --sampler ddim --times 1,0.75,0.5,0.25,0')
    expect(spelled).toEqual(await draw('FOLDER/points --sampler ddim --steps 4 --spacing trailing'))
    expect(spelled).not.toEqual(await draw('FOLDER/points --sampler ddim --steps 4 --spacing karras'))
  })

  test('an adaptive sampler takes as many steps as it needs', async () => {
    const found = await json('sample FOLDER/points -n 5 --sampler rk45')
    expect(found).toMatchObject({ sampler: 'rk45', steps: null, shape: [5, 2] })
  })

  test.each([
    ['points --sampler dpm++-2m --eta 1', /--eta is for the samplers ddim, euler,.* not for dpm\+\+-2m/],
    ['points --sampler ddim --churn 4', /--churn is for the samplers euler, midpoint, heun,.* not for ddim/],
    ['points --sampler heun --churn 4 --eta 1', /'--churn <x>' cannot be used with option '--eta <x>'/],
    ['points --sampler ddim --variance large', /--variance is for the sampler ddpm, not for ddim/],
    ['points --sampler ddpm --variance learned', /the model has learned no variances/],
    ['learned --sampler ddpm-learned --guidance 3', /--guidance changes the mean/],
    ['points --sampler mdlm', /there is no sampler 'mdlm' for Gaussian noise/],
    ['points --infill x', /--infill means nothing to a model of images and points; it is for models of tokens/],
    ['points --length 9', /--length is for models of texts, of videos and of fields over time/],
    ['points --temperature 2', /--temperature means nothing .*; it is for models of tokens/],
    ['points --sampler rk45 --steps 5', /--steps: the sampler rk45 chooses its steps itself/],
    ['points --times 1,0.5,0.7,0', /times must only fall/],
    ['points --times 0,0.5,1 --sampler ddpm', /ddpm cannot encode/],
    ['points --times 1,2', /It must be a number from 0 to 1/],
    ['learned --sampler analytic-dpm --guidance 2', /--guidance changes the mean/],
    ['points --encode a.png', /none.png: the extension chooses the format: .npy/],
    ['learned --encode a.png --decode b.npy', /cannot be used with option/],
    ['learned --decode FOLDER/drawn.npy --sampler euler-a', /euler-a cannot decode/],
    ['points --times 1,0 --steps 4', /'--times <list>' cannot be used with option '--steps <n>'/],
  ])('refuses %s', async (options, message) => {
    const before = readdirSync(folder)
    const { status, stderr, stdout } = await tweedie(`sample FOLDER/${options} -o FOLDER/none.png`)
    expect(stderr).toMatch(message)
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(readdirSync(folder)).toEqual(before)
  })

  test('analytic-dpm measures its variances once, and keeps them', async () => {
    const line = 'FOLDER/points --sampler analytic-dpm --steps 5'
    const first = await draw(line)
    const kept = JSON.parse(readFileSync(at('points/variances.json'), 'utf8')) as { variances: Record<string, number> }
    expect(Object.keys(kept.variances)).toHaveLength(5)
    for (const variance of Object.values(kept.variances)) expect(variance).toBeGreaterThan(0)
    expect(await draw(line)).toEqual(first)
    expect(await draw('FOLDER/points --sampler ddpm --steps 5')).not.toEqual(first)
    // what is kept is what is used; other steps are measured as well
    const variances = Object.fromEntries(Object.keys(kept.variances).map((t) => [t, 0]))
    writeFileSync(at('points/variances.json'), JSON.stringify({ ...kept, variances }))
    expect(await draw(line)).toEqual(await draw('FOLDER/points --sampler ddpm --steps 5'))
    const { stderr } = await tweedie('sample FOLDER/points -n 2 --sampler analytic-ddim --steps 4')
    // the first and the last of its times, noise and where noise is faint, are known
    expect(stderr).toMatch(/variances of 2 steps measured on moons/)
    expect(await json('samplers')).toContainEqual(expect.objectContaining({ name: 'analytic-ddpm' }))
  })

  test('annealed Langevin dynamics draws from a network trained as NCSN is', async () => {
    const line = `train ${points} --objective score-matching --sigma-max 5 --widths 32 --steps 200 --rate 0.01`
    expect(await tweedie(`${line} -o FOLDER/ncsn -q`)).toMatchObject({ status: 0 })
    const distance = async (way: string) =>
      (await json<{ comparisons: { slicedWasserstein: number }[] }>(`eval FOLDER/ncsn -n 200 --sampler ${way}`))
        .comparisons[0]!.slicedWasserstein
    // points of variance 1: noise of the first level alone is 5 away from them
    expect(await distance('annealed-langevin --steps 8')).toBeLessThan(0.5)
    expect(await distance('ddim --times 1,0.9')).toBeGreaterThan(1)
  })

  test('a picture becomes a latent, and a picture again', async () => {
    const walk = 'sample FOLDER/learned --steps 60'
    const items = await draw('FOLDER/learned --steps 3')
    writeFileSync(at('items.npy'), readFileSync(at('drawn.npy')))
    const up = await json(`${walk} --encode FOLDER/items.npy --class 0 -o FOLDER/latent.npy`)
    expect(up).toMatchObject({ sampler: 'ddim', steps: 60, count: 6, class: '0' })
    await json(`${walk} --decode FOLDER/latent.npy --class 0 -o FOLDER/again.npy`)
    const read = (name: string) => parseNpy(readFileSync(at(name))).data as Float32Array
    const error = (a: Float32Array, b: Float32Array) => Math.hypot(...a.map((x, i) => x - b[i]!)) / Math.sqrt(a.length)
    expect(error(read('again.npy'), items)).toBeLessThan(0.1)
    const latent = read('latent.npy')
    expect(Math.hypot(...latent) / Math.sqrt(latent.length)).toBeGreaterThan(0.5)
    expect(Math.abs(error(read('again.npy'), latent.slice(0, items.length)))).toBeGreaterThan(0.2)
    // a picture from a file, and one of another class
    await draw('FOLDER/learned --steps 3')
    expect(await tweedie('sample FOLDER/learned -n 1 --steps 2 -o FOLDER/one.png -q')).toMatchObject({ status: 0 })
    expect(await json('sample FOLDER/learned --encode FOLDER/one.png -o FOLDER/one.npy')).toMatchObject({ count: 1 })
    // the commands do the same
    const made = await json('encode FOLDER/learned FOLDER/items.npy --steps 60 --class 0 -o FOLDER/latent2.npy')
    expect(made).toMatchObject({ sampler: 'ddim', steps: 60, count: 6, class: '0' })
    expect(read('latent2.npy')).toEqual(latent)
    await json('decode FOLDER/learned FOLDER/latent2.npy --steps 60 --class 0 -o FOLDER/again2.npy')
    expect(read('again2.npy')).toEqual(read('again.npy'))
    expect(await tweedie('encode FOLDER/learned FOLDER/items.npy')).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/encode needs an output file\n {2}hint: --out latent.npy/),
    })
    expect(await tweedie('encode FOLDER/learned FOLDER/items.npy --eta 1 -o FOLDER/none.npy')).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/unknown option '--eta'/),
    })
  })

  test('samplers says what a step costs', async () => {
    const { stdout } = await tweedie('samplers')
    expect(stdout).toMatch(/^name +order +evals +noise +use\n/)
    expect(stdout).toMatch(/\nheun +2 +2 +no +EDM/)
    expect(await json<object[]>('samplers')).toContainEqual(
      expect.objectContaining({ name: 'rk4', order: 4, evaluations: 4, use: expect.any(String) }),
    )
  })
})

interface Likelihood {
  readonly items: number
  readonly dimensions: number
  readonly part: string
  readonly unit: string
  readonly bound: Record<'nats' | 'bitsPerDim', { value: number }> & { readonly parts: Record<string, number> }
  readonly flow: Record<'nats' | 'bitsPerDim', { value: number; standardError: number }> & { evaluations: number }
}

describe('eval --likelihood', () => {
  test('images: bits per dimension of held-out bytes, the bound and its parts', async () => {
    const line = 'eval FOLDER/learned --likelihood-items 6 --bound-steps 8 --tolerance 0.1'
    const { bound, flow, ...rest } = await json<Likelihood>(line)
    expect(rest).toMatchObject({
      items: 6,
      dimensions: 784,
      part: 'held-out',
      unit: 'bits/dim',
      dequantisation: 'uniform',
    })
    const { prior, transitions, decoder } = bound.parts
    expect(prior! + transitions! + decoder!).toBeCloseTo(bound.bitsPerDim.value, 6)
    expect(bound.nats.value).toBeCloseTo(bound.bitsPerDim.value * 784 * Math.LN2, 3)
    // a byte known to be one of 256 costs 8 bits; an untrained network is somewhere near
    expect(bound.bitsPerDim.value).toBeGreaterThan(1)
    expect(flow.bitsPerDim.value).toBeGreaterThan(1)
    expect(flow.bitsPerDim.value).toBeLessThan(16)

    const { stdout } = await tweedie(line)
    expect(stdout).toMatch(
      /^variational bound +≤ [\d.]+ ± [\d.]+ bits\/dim\n +prior +L_T +[\d.]+\n +transitions .*\n +decoder .*\nprobability flow +≤ .* dequantised uniformly\n/,
    )
  })

  test('the measured variance gives the better bound in few steps', async () => {
    const line = 'eval FOLDER/learned --likelihood-items 6 --bound-steps 5 --tolerance 1 --bound-variance'
    const [small, analytic] = [await json<Likelihood>(`${line} small`), await json<Likelihood>(`${line} analytic`)]
    expect(analytic.bound.bitsPerDim.value).toBeLessThan(small.bound.bitsPerDim.value - 0.1)
    expect(analytic.flow).toEqual(small.flow)
    // the decoder is the same for both, unless each shall have its own: then it is no better than the fitted one
    const fitted = small.bound.parts.decoder!
    expect(analytic.bound.parts.decoder).toBeCloseTo(fitted, 9)
    for (const [variance, { bound }] of Object.entries({ small, analytic })) {
      const own = await json<Likelihood>(`${line} ${variance} --bound-decoder step`)
      expect(own.bound.parts.transitions).toBeCloseTo(bound.parts.transitions!, 9)
      expect(own.bound.parts.decoder).toBeGreaterThan(fitted - 0.05)
      expect(own.bound.parts.decoder).not.toBeCloseTo(fitted, 4)
    }
  })

  test('fewer shades cost fewer bits', async () => {
    const line = 'eval FOLDER/learned --likelihood-items 6 --bound-steps 5 --tolerance 1'
    const [bytes, shades] = [await json<Likelihood>(line), await json<Likelihood>(`${line} --values 16`)]
    // 256 values in the place of 16 are 16 times as many: four bits for all but black and white
    expect(shades.bound.bitsPerDim.value).toBeLessThan(bytes.bound.bitsPerDim.value - 0.5)
    expect(shades.bound.parts.transitions).toBeCloseTo(bytes.bound.parts.transitions!, 6)
    expect(bytes.flow.bitsPerDim.value - shades.flow.bitsPerDim.value).toBeGreaterThan(2)
    expect(shades).toMatchObject({ values: 16 })
  })

  test('points: nats, and the exact trace is what its estimates are on average', async () => {
    const line = 'eval FOLDER/points --likelihood-items 60 --bound-steps 50 --terms all'
    const [exact, estimated] = [await json<Likelihood>(line), await json<Likelihood>(`${line} --trace gaussian`)]
    expect(exact).toMatchObject({ items: 60, dimensions: 2, unit: 'nats', dequantisation: null })
    expect(estimated.bound).toEqual(exact.bound)
    expect(estimated.flow.nats.value).not.toBe(exact.flow.nats.value)
    expect(Math.abs(estimated.flow.nats.value - exact.flow.nats.value)).toBeLessThan(
      5 * estimated.flow.nats.standardError,
    )
    const { stdout } = await tweedie(line)
    expect(stdout).toMatch(/probability flow +−log p = -?[\d.]+ ± [\d.]+ nats\n\n60 held-out items of moons/)
  })

  test.each([
    ['--likelihood --sampler ddim', /--likelihood cannot be used with --sampler/],
    ['--terms 5 -n 100', /--likelihood cannot be used with --count/],
    ['--likelihood --bound-variance learned', /has learned no variances/],
    ['--bound-steps 2000', /the table has 1000 levels/],
    ['--bound-steps 10 --terms 10', /a bound of 10 steps has 9 of them/],
    ['--values 16', /--values is for images/],
    ['--likelihood --guidance 2', /--likelihood cannot be used with --guidance/],
    ['--likelihood --tolerance 0', /greater than 0/],
    ['--trace rademaker', /Did you mean rademacher/],
  ])('refuses %s', async (options, message) => {
    const { status, stderr, stdout } = await tweedie(`eval FOLDER/points ${options}`)
    expect(stderr).toMatch(message)
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
  })
})

test('eval guides the samples that it judges', async () => {
  const line = 'eval FOLDER/points -n 20 --steps 4'
  const [plain, guided] = [await json(line), await json(`${line} --guidance 3`)]
  expect([plain.guidance, guided.guidance]).toEqual([0, 3])
  expect(guided.comparisons).not.toEqual(plain.comparisons)
})

test('what train held out is what likelihoods are of', async () => {
  const held = `train ${points} --hold-out 0.25 --steps 2 -o FOLDER/held -q`
  expect(await tweedie(held)).toMatchObject({ status: 0 })
  const found = await json<Likelihood>('eval FOLDER/held --likelihood-items 500 --bound-steps 5')
  expect(found).toMatchObject({ part: 'held-out', items: 16 })
})
