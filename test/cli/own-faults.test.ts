/** Faults of the user's own parts and files: one line that says whose they are, one that helps, and nothing written. */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { linesIn } from './support.ts'
import { temporaryFolder, tinyPoints } from './tweedie.ts'

const folder = temporaryFolder()
const attempt = linesIn(folder)
const at = (...names: string[]): string => join(folder, ...names)

beforeAll(async () => {
  const line = ['train', ...tinyPoints, '--steps', '3', '-q', '-o', 'FOLDER/points']
  expect(await attempt(line)).toMatchObject({ status: 0 })
  mkdirSync(at('configs'))
})

/** A line fails in one line and a hint, and leaves the folder as it was. */
async function refused(line: string, status: number, message: RegExp): Promise<void> {
  const names = () => readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()
  const before = names()
  const ended = await attempt(line)
  expect(ended.stderr).toMatch(message)
  const [first, second, ...rest] = ended.stderr.trim().split('\n')
  expect([first, second ?? '  hint: ', rest]).toEqual([
    expect.stringMatching(/^tweedie: /),
    expect.stringMatching(/^ {2}hint: /),
    [],
  ])
  expect(ended).toMatchObject({ status, stdout: '' })
  expect(names()).toEqual(before)
}

const train = 'train moons --items 64 --batch 16 --steps 1 -o FOLDER/new'
const sample = 'sample FOLDER/points -n 2'

describe('a configuration', () => {
  const cases: [content: string, line: string, message: RegExp][] = [
    ['\nthrow new Error("boom\\nmore")', sample, /throws: boom\n.*mend it at .*c\d+\.ts:2:/],
    ['export default {\n  networks: { a = 3 },\n}', sample, /throws: ParseError: .*\n.*c\d+\.ts:2:/],
    ['import x from "./none.ts"; export default { networks: x }', sample, /throws: Cannot find module '\.\/none\.ts'/],
    ['export default { samplers: { W: () => 3 } }', `${sample} --sampler W`, /the sampler W .* no plan or run: got 3/],
    ['export default { samplers: { W: () => { throw 3 } } }', `${sample} --sampler W`, /the sampler W of your own: 3/],
    ['export default { networks: { W: () => 3 } }', `${train} --network W`, /the network W of your own has no build/],
    ['export default { networks: { W: () => ({ build: () => 3 }) } }', `${train} --network W`, /W .* returns 3/],
    [
      'export default { networks: { W: () => ({ build: () => {\n throw new TypeError("no W") } }) } }',
      `${train} --network W`,
      /the network W of your own: no W\n.*c\d+\.ts:2:/,
    ],
    ['export default { schedules: { W: () => ({}) } }', `${train} --noise W`, /the noise schedule W .* no alpha/],
    ['export default { weightings: { W: () => "x" } }', `${train} --weighting W`, /the weighting W .* returns x/],
    [
      'export default { objectives: { W: { loss: () => 3 } } }',
      `${train} --objective W`,
      /the objective W .* returns 3/,
    ],
    [
      'export default { readers: { r: { accepts: () => { throw new Error("no") }, read: () => 3 } } }',
      train,
      /the reader r of your own: no/,
    ],
    ['export default { readers: { r: { accepts: () => true, read: () => 3 } } }', train, /the reader r .* returns 3/],
  ]

  test.each(cases.map((each, i) => [...each, i] as const))('%s', async (content, line, message, i) => {
    writeFileSync(at('configs', `c${i}.ts`), content)
    await refused(`${line} --config FOLDER/configs/c${i}.ts`, 2, message)
  })

  test('that is a folder', () => refused(`${sample} --config FOLDER/configs`, 2, /a folder.*\n.*tweedie\.config\.ts/))
})

describe('a folder', () => {
  const spoiled = (file: string, spoil: (json: Record<string, any>) => void): void => {
    rmSync(at('spoiled'), { recursive: true, force: true })
    cpSync(at('points'), at('spoiled'), { recursive: true })
    const json = JSON.parse(readFileSync(at('spoiled', file), 'utf8'))
    spoil(json)
    writeFileSync(at('spoiled', file), JSON.stringify(json))
  }
  const line = 'sample FOLDER/spoiled -n 2'

  test('of a family that there is not', async () => {
    spoiled('tweedie.json', (json) => (json.family = 'valeus'))
    const message = /spoiled\/tweedie\.json: there is no family of models called 'valeus'\n.*did you mean values/
    await refused(line, 3, message)
    await refused('info FOLDER/spoiled', 3, message)
    await refused(`${train} --from FOLDER/spoiled`, 3, message)
    spoiled('tweedie.json', (json) => (json.family = 'weather'))
    await refused(line, 3, /called 'weather'\n.*own\.families/)
  })

  test('of another family than it says', async () => {
    for (const family of ['tokens', 'embeddings']) {
      spoiled('tweedie.json', (json) => (json.family = family))
      await refused(line, 3, /spoiled: /)
    }
  })

  test('of a newer format', async () => {
    spoiled('tweedie.json', (json) => (json.format = 2))
    await refused(line, 3, /format 2 is newer than this tweedie reads \(1\)\n.*update tweedie/)
  })

  test('without its tweedie.json', async () => {
    spoiled('tweedie.json', () => {})
    rmSync(at('spoiled/tweedie.json'))
    await refused(line, 3, /spoiled\/tweedie\.json: no such file.*\n.*fetch the folder again/)
  })

  test('whose run is of a family that there is not, or of another than its checkpoint', async () => {
    const resume = 'train --resume -o FOLDER/spoiled'
    spoiled('train.json', (json) => (json.spec.family = 'valeus'))
    await refused(resume, 3, /spoiled\/train\.json: .*'valeus'\n.*did you mean values/)
    rmSync(at('spoiled/checkpoint.safetensors'))
    await refused(resume, 3, /'valeus'/)
    spoiled('train.json', (json) => (json.spec.family = 'tokens'))
    await refused(resume, 3, /spoiled: train\.json and checkpoint\.safetensors are of two different runs/)
  })

  test('whose run is another than that of its checkpoint, or has lost it', async () => {
    const resume = 'train --resume -o FOLDER/spoiled --steps 5'
    spoiled('train.json', (json) => (json.spec.batch = 8))
    await refused(resume, 3, /two different runs\n.*start over \(--force\)/)
    spoiled('train.json', () => {})
    rmSync(at('spoiled/checkpoint.safetensors'))
    await refused(resume, 3, /spoiled\/checkpoint\.safetensors: no such file, and 3 steps were made/)
  })

  test('that names a part that is not there', async () => {
    spoiled('model_index.json', (json) => (json.vae = ['diffusers', 'AutoencoderKL']))
    await refused(line, 3, /spoiled\/vae\/config\.json: no such file\n.*names the part vae/)
    spoiled('model_index.json', (json) => (json.network = ['tweedie', 'Wave']))
    await refused(line, 3, /a MLP, but model_index\.json says Wave/)
    for (const file of ['network/config.json', 'network/model.safetensors', 'scheduler/scheduler_config.json']) {
      spoiled('model_index.json', () => {})
      rmSync(at('spoiled', file))
      await refused(line, 3, new RegExp(`spoiled/${file}: no such file\\n`))
    }
  })

  test('whose weights have a flipped bit, are of another model, or of another shape', async () => {
    const weights = 'network/model.safetensors'
    const bytes = readFileSync(at('points', weights))
    for (const place of [3, 40, bytes.length - 5, bytes.length - 1000]) {
      spoiled('model_index.json', () => {})
      const flipped = Uint8Array.from(bytes)
      flipped[place]! ^= 4
      writeFileSync(at('spoiled', weights), flipped)
      await refused(line, 3, /spoiled\/network/)
      await refused(`${train} --from FOLDER/spoiled`, 3, /spoiled\/network/)
    }
    spoiled('network/config.json', (json) => (json.width = 9))
    await refused(line, 3, /do not fit the network: .*expected shape/)
  })
})

test('a family by name that there is not, or that does not learn such data', async () => {
  await refused(`${train} --model valeus`, 2, /--model is valeus.*\n.*did you mean values/)
  await refused(
    `${train} --model tokens`,
    2,
    /models of tokens are not trained on such data\n.*these are: .*\bvalues\b/m,
  )
})

test('numbers of an optimiser that is not asked for', async () => {
  await refused(
    `${train} --momentum 0.9`,
    2,
    /--momentum is for sgd and muon, and the optimiser is adamw\n.*--optimizer sgd/,
  )
  await refused(`${train} --optimizer sdg`, 2, /Did you mean sgd/)
})
