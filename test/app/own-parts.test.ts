/** The user's own parts: each as good as a built-in one, and missed by name where it is not given. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fit } from '../../src/app/fit.ts'
import { readConfig } from '../../src/app/node/config-file.ts'
import { openedOf } from '../../src/app/opened.ts'
import { train } from '../../src/app/train.ts'
import { rectifiedFlow } from '../../src/diffusion/noise/index.ts'
import { add, mean, mul, reshape, silu, square, sub } from '../../src/engine/graph/index.ts'
import { linear, sinusoidal } from '../../src/engine/nn/index.ts'
import { nodeEngine } from '../../src/engine/runtime/node/index.ts'
import type { Engine } from '../../src/engine/runtime/session.ts'
import type { OwnParts } from '../../src/families/family.ts'
import { defaultSpec } from '../../src/families/values/default-spec.ts'
import { folderOf, type Model } from '../../src/families/values/model.ts'
import { builtinDataset } from '../../src/files/data/index.ts'
import { decodeModelFolder, encodeModelFolder } from '../../src/files/io/model-folder.ts'
import { generate } from '../../src/families/values/generate.ts'

const folder = mkdtempSync(join(tmpdir(), 'tweedie-own-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let engine: Engine
beforeAll(async () => {
  engine = await nodeEngine()
})

const moons = builtinDataset('moons', { length: 64 })
const tiny = { steps: 8, batch: 16, widths: [8], depth: 1, warmup: 1 }
const fitted = (options: object): Promise<Model> => fit<Model>(moons, { ...tiny, engine, ...options })
const again = (model: Model, own: OwnParts = {}) =>
  openedOf(decodeModelFolder(encodeModelFolder(folderOf(model))), own, 'runs/mine')

describe('an objective', () => {
  test('that is the built-in one trains the same weights', async () => {
    const own: OwnParts = {
      objectives: {
        mine: { loss: ({ output, target, weight }) => mul(weight, mean(square(sub(output, target)), [1])) },
      },
    }
    const [mine, builtIn] = [await fitted({ objective: 'mine', own }), await fitted({ objective: 'simple' })]
    expect(mine.weights).toEqual(builtIn.weights)
    expect(mine.meta.objective).toMatchObject({ loss: 'mine', weighting: 'simple', parametrisation: 'v' })
  })

  test('is made of the terms that it is given: what is seen is α x₀ + σ ε', async () => {
    const own: OwnParts = {
      objectives: {
        seen: {
          parametrisation: 'epsilon',
          loss: ({ x0, epsilon, xt, alpha, sigma, output, target }) =>
            add(
              square(sub(output, target)),
              mul(square(sub(sub(xt, add(mul(alpha, x0), mul(sigma, epsilon))), mul(0, output))), 1e6),
            ),
        },
      },
    }
    const [seen, plain] = [await fitted({ objective: 'seen', own }), await fitted({ parametrisation: 'epsilon' })]
    seen.weights.forEach((each, i) => expect(each).toBeCloseTo(plain.weights[i]!, 5))
  })

  test('is not needed to sample, and is missed by whoever trains on', async () => {
    const own: OwnParts = { objectives: { mine: { loss: ({ output, target }) => square(sub(output, target)) } } }
    const opened = await again(await fitted({ objective: 'mine', own }))
    const { items } = await generate(opened.model as Model, engine, { count: 2 })
    expect(items.every(Number.isFinite)).toBe(true)
    const usual = defaultSpec({ ...moons, classes: 2 })
    const spec = { ...usual, objective: { ...usual.objective, loss: 'mine' } }
    await expect(train({ spec, dataset: moons, engine }).next()).rejects.toMatchObject({
      code: 'model',
      message: "part 'mine' (an objective) is not built in",
      hint: expect.stringContaining('give it as own.objectives.mine, or in tweedie.config.ts'),
    })
  })

  test('whose loss is of no shape that a loss has is refused', async () => {
    const own: OwnParts = { objectives: { wrong: { loss: ({ output }) => mean(output) } } }
    await expect(fitted({ objective: 'wrong', own })).rejects.toMatchObject({ code: 'shape' })
    await expect(fitted({ objective: 'mien', own: { objectives: { mine: own.objectives!.wrong! } } })).rejects.toThrow(
      expect.objectContaining({ code: 'usage', hint: 'Did you mean mine?' }),
    )
  })
})

test('a schedule that is the built-in one trains the same weights, and its name stands in the folder', async () => {
  const own: OwnParts = { schedules: { straight: () => rectifiedFlow() } }
  const how = { parametrisation: 'flow', times: 'uniform' }
  const [mine, builtIn] = [
    await fitted({ noise: 'straight', own, ...how, input: 'time' }),
    await fitted({ noise: 'rectified-flow', ...how, input: 'time' }),
  ]
  expect(mine.weights).toEqual(builtIn.weights)
  expect(mine.meta.schedule).toMatchObject({ schedule: 'straight' })
  expect(((await again(mine, own)).model as Model).schedule.alpha(0.25)).toBe(0.75)
  await expect(again(mine)).rejects.toMatchObject({
    code: 'model',
    message: expect.stringContaining("part 'straight'"),
  })
})

test('a weighting that is a built-in one trains the same weights', async () => {
  const own: OwnParts = { weightings: { one: () => 1 } }
  const [mine, builtIn] = [await fitted({ weighting: 'one', own }), await fitted({ weighting: 'uniform-x0' })]
  expect(mine.weights).toEqual(builtIn.weights)
})

describe('a network', () => {
  const own: OwnParts = {
    networks: {
      Small: ({ input_shape: [size], width = 8 }) => ({
        build(scope, { x, t }) {
          const h = add(
            linear(scope.child('in'), x, Number(width)),
            linear(scope.child('time'), sinusoidal(t, 8), Number(width)),
          )
          return linear(scope.child('out'), silu(h), size!)
        },
      }),
    },
  }
  const { widths: _, depth: __, ...rest } = tiny
  const small = (options = {}): Promise<Model> =>
    fit<Model>(moons, { ...rest, network: { className: 'Small', config: { width: 4 } }, engine, own, ...options })

  test('is trained, saved and opened again with its options', async () => {
    const model = await small()
    const opened = (await again(model, own)).model as Model
    expect(opened.network).toMatchObject({ className: 'Small', config: { input_shape: [2], width: 4 } })
    expect(opened.weights).toEqual(model.weights)
    const options = { count: 3, seed: 2 }
    expect((await generate(opened, engine, options)).items).toEqual((await generate(model, engine, options)).items)
  })

  test('of images sees them as they are', async () => {
    const glyphs = builtinDataset('glyphs', { length: 32 })
    const flat: OwnParts = {
      networks: {
        Flat: ({ input_shape: shape }) => ({
          build(scope, { x }) {
            const size = shape.reduce((a, b) => a * b, 1)
            return reshape(linear(scope.child('out'), reshape(x, [x.shape[0]!, size]), size), x.shape)
          },
        }),
      },
    }
    const model = await fit<Model>(glyphs, { steps: 1, batch: 4, network: 'Flat', engine, own: flat })
    expect(model.network.inputShape).toEqual(glyphs.shape)
  })

  test('that is not given is missed by name', async () => {
    const model = await small()
    await expect(again(model)).rejects.toMatchObject({
      code: 'model',
      message: "part 'Small' (a network) is not built in",
      hint: expect.stringContaining('own.networks.Small'),
    })
    await expect(small({ network: 'Smal' })).rejects.toMatchObject({ code: 'usage', hint: 'Did you mean Small?' })
    await expect(small({ widths: [8] })).rejects.toThrow('names another')
  })

  test('that throws says whose it is', async () => {
    const broken: OwnParts = {
      networks: {
        Broken: () => {
          throw new Error('no idea')
        },
      },
    }
    await expect(fit(moons, { ...rest, network: 'Broken', engine, own: broken })).rejects.toThrow(
      'Broken of your own: no idea',
    )
  })
})

describe('a configuration', () => {
  const written = (text: string, name = `${Math.random()}.config.ts`): string => {
    const path = join(folder, name)
    writeFileSync(path, text)
    return path
  }
  const modules = { tweedie: { defineConfig: (config: unknown) => config } }

  test('has types, and imports the library by its name', async () => {
    const path = written(
      "import { defineConfig } from 'tweedie'\nconst one: number = 1\nexport default defineConfig({ weightings: { one: (): number => one } })",
    )
    const { weightings } = await readConfig(path, modules)
    expect(weightings!.one!(undefined as never, 0, {})).toBe(1)
  })

  test.each([
    ['throw new Error("boom")', /throws: boom/],
    ['export const a = 1', /no default export/],
    ['export default 3', /is no configuration/],
    ['export default { netwroks: {} }', /there is no netwroks/],
    ['export default { networks: { A: 3 } }', /networks\.A must be a function/],
    ['export default { objectives: { A: {} } }', /objectives\.A must be \{ loss/],
    ['export default { families: [{ name: "a" }] }', /must be a list of families/],
    ['export default {{', /throws: /],
  ])('is refused: %s', async (text, message) => {
    await expect(readConfig(written(text), modules)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(message),
    })
  })

  test('that is missing is refused', async () => {
    await expect(readConfig(join(folder, 'none.ts'), modules)).rejects.toThrow('no such configuration file')
  })
})
