/** The Open Inference Protocol: the bare network over HTTP, and models whose network lies at a server. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { open } from '../../../src/app/node/open.ts'
import { serveModels } from '../../../src/app/node/serve.ts'
import type { Serving } from '../../../src/app/node/serve/serve-options.ts'
import { linesIn } from '../../cli/support.ts'
import { temporaryFolder, tinyImages, tinyPoints } from '../../cli/tweedie.ts'

const folder = temporaryFolder()
let server: Serving

beforeAll(async () => {
  for (const line of [
    `train ${tinyImages.join(' ')} --steps 3 -q -o FOLDER/images`,
    `train ${tinyPoints.join(' ')} --steps 3 -q -o FOLDER/points`,
  ]) {
    expect(await linesIn(folder)(line)).toMatchObject({ status: 0 })
  }
  const models = [`${folder}/images`, `${folder}/points`]
  server = await serveModels({ models, port: 0, threads: 1, maxItems: 16, maxBody: 0.1 })
}, 60_000)

afterAll(async () => server.close())

const at = (path: string): URL => new URL(path, server.url)
const get = async (path: string): Promise<unknown> => (await fetch(at(path))).json()
async function infer(body: unknown, headers: Record<string, string> = {}, model = 'points') {
  const response = await fetch(at(`v2/models/${model}/infer`), {
    method: 'POST',
    headers,
    body: body instanceof Uint8Array ? Uint8Array.from(body) : JSON.stringify(body),
  })
  return { status: response.status, headers: response.headers, bytes: new Uint8Array(await response.arrayBuffer()) }
}
const jsonOf = ({ bytes }: { bytes: Uint8Array }): Record<string, unknown> =>
  JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>

const filled = (length: number, value: number): number[] => Array.from({ length }, () => value)
const inputs = (n: number, value = 0.5) => [
  { name: 'x', shape: [n, 2], datatype: 'FP32', data: filled(2 * n, value) },
  { name: 't', shape: [n], datatype: 'FP32', data: filled(n, 0.25) },
  { name: 'labels', shape: [n], datatype: 'INT32', data: filled(n, 0) },
]

describe('the protocol', () => {
  test('says what there is', async () => {
    expect(await get('v2')).toMatchObject({ name: 'tweedie', extensions: ['binary_tensor_data'] })
    expect(await get('v2/health/live')).toEqual({ live: true })
    expect(await get('v2/health/ready')).toEqual({ ready: true })
    expect(await get('v2/models/points/ready')).toEqual({ name: 'points', ready: true })
    const metadata = {
      name: 'images',
      versions: ['1'],
      platform: 'tweedie',
      inputs: [
        { name: 'x', datatype: 'FP32', shape: [-1, 16, 8, 8] },
        // what it estimated a step before; zeros are nothing
        { name: 'estimate', datatype: 'FP32', shape: [-1, 17, 8, 8] },
        { name: 't', datatype: 'FP32', shape: [-1] },
        { name: 'labels', datatype: 'INT32', shape: [-1] },
      ],
      outputs: [{ name: 'output', datatype: 'FP32', shape: [-1, 16, 8, 8] }],
    }
    expect(await get('v2/models/images')).toEqual(metadata)
    expect(await get('v2/models/images/versions/1')).toEqual(metadata)
  })

  test('evaluates as JSON and as raw bytes, with the same result', async () => {
    const plain = jsonOf(await infer({ id: 'mine', inputs: inputs(3) }))
    expect(plain).toMatchObject({ id: 'mine', model_name: 'points', model_version: '1' })
    const [output] = plain['outputs'] as { name: string; shape: number[]; data: number[] }[]
    expect(output).toMatchObject({ name: 'output', shape: [3, 2], datatype: 'FP32' })
    const { bytes, headers } = await infer({ inputs: inputs(3), parameters: { binary_data_output: true } })
    const length = Number(headers.get('inference-header-content-length'))
    expect(headers.get('content-type')).toBe('application/octet-stream')
    expect(jsonOf({ bytes: bytes.subarray(0, length) })).toMatchObject({
      outputs: [{ name: 'output', shape: [3, 2], datatype: 'FP32', parameters: { binary_data_size: 24 } }],
    })
    expect([...new Float32Array(bytes.slice(length).buffer)]).toEqual(output!.data)
  })

  test('several at once get what they get alone', async () => {
    const values = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]
    const alone: unknown[] = []
    for (const value of values) alone.push(jsonOf(await infer({ inputs: inputs(2, value) }))['outputs'])
    const both = await Promise.all(values.map(async (value) => jsonOf(await infer({ inputs: inputs(2, value) }))))
    const numbers = (outputs: unknown): number[] => (outputs as { data: number[] }[])[0]!.data
    both.forEach(({ outputs }, i) => {
      numbers(outputs).forEach((value, k) => expect(value).toBeCloseTo(numbers(alone[i])[k]!, 5))
    })
  })

  test.each([
    ['a model that is not there', 404, /did you mean points/, 'point', { inputs: inputs(1) }],
    ['no JSON', 400, /no JSON/, 'points', Uint8Array.of(1, 2)],
    ['no inputs', 400, /`inputs`/, 'points', {}],
    ['an input too few', 422, /'labels' is missing/, 'points', { inputs: inputs(1).slice(0, 2) }],
    ['an input too many', 422, /no input 'w'/, 'points', { inputs: [...inputs(1), { ...inputs(1)[0], name: 'w' }] }],
    ['another batch', 422, /x has 2 items, and t has 1/, 'points', { inputs: [inputs(2)[0], ...inputs(1).slice(1)] }],
    [
      'another shape',
      422,
      /shape \[1, 2\]/,
      'images',
      { inputs: [...inputs(1), { name: 'estimate', shape: [1, 2], datatype: 'FP32', data: filled(2, 0) }] },
    ],
    [
      'another type',
      422,
      /is float64/,
      'points',
      { inputs: inputs(1).map((each) => ({ ...each, datatype: each.name === 'x' ? 'FP64' : each.datatype })) },
    ],
    [
      'a class that is not there',
      400,
      /class 7/,
      'points',
      { inputs: inputs(1).map((each) => (each.name === 'labels' ? { ...each, data: [7] } : each)) },
    ],
    ['too many items', 413, /at most 16/, 'points', { inputs: inputs(17) }],
    ['another output', 400, /there is output/, 'points', { inputs: inputs(1), outputs: [{ name: 'y' }] }],
    ['too large a body', 413, /larger than 0.1 MB/, 'points', { inputs: inputs(20_000) }],
  ])('%s is refused', async (_, status, message, model, body) => {
    const answer = await infer(body, {}, model)
    expect(answer.status).toBe(status)
    const { error, ...rest } = jsonOf(answer)
    expect(error).toMatch(message)
    expect(rest).toEqual({})
  })

  test('a length that is wrong is refused', async () => {
    for (const length of ['9999', 'x']) {
      const { status } = await infer({ inputs: inputs(1) }, { 'inference-header-content-length': length })
      expect(status).toBe(400)
    }
    expect((await fetch(at('v2/models/points/versions/2'))).status).toBe(404)
    expect(await (await fetch(at('v2/nothing'))).json()).toMatchObject({ error: /no GET \/v2\/nothing/ })
  })
})

describe('a model whose network is at a server', () => {
  test.each([
    ['images', true],
    ['points', true],
    ['points', false],
  ])('draws what it draws here: %s, binary: %s', async (name, binary) => {
    const request = { count: 3, steps: 4, seed: 5, class: 1, guidance: 1 }
    using here = await open(`${folder}/${name}`, { threads: 1 })
    using there = await open(`${folder}/${name}`, { threads: 1, remote: { url: server.url, binary } })
    const [ours, theirs] = [await here.draw(request), await there.draw(request)].map((drawn) => drawn.array())
    expect(theirs!.data).toEqual(ours!.data)
  })

  test('that is another model is said so', async () => {
    using other = await open(`${folder}/points`, { remote: { url: server.url, model: 'images' } })
    await expect(other.draw({ count: 1, steps: 2 })).rejects.toMatchObject({ code: 'model', message: /another model/ })
    using missing = await open(`${folder}/points`, { remote: { url: server.url, model: 'none' } })
    await expect(missing.draw({ count: 1, steps: 2 })).rejects.toMatchObject({
      code: 'model',
      message: /there is no model/,
    })
  })

  test('has no gradients', async () => {
    using there = await open(`${folder}/images`, { threads: 1, remote: { url: server.url } })
    const item = new Float32Array(784)
    const restored = there.restore(item, {
      task: 'superres',
      factor: 2,
      simulate: true,
      count: 1,
      steps: 2,
      method: 'dps',
    })
    await expect(restored).rejects.toMatchObject({ code: 'usage' })
    await expect(there.export()).rejects.toMatchObject({ code: 'usage', message: /evaluated at/ })
  })

  test('by the command line', async () => {
    const run = linesIn(folder)
    await run(`sample FOLDER/points -n 4 --threads 1 --steps 3 -q -o FOLDER/here.npy`)
    expect(
      await run(`sample FOLDER/points -n 4 --threads 1 --steps 3 -q -o FOLDER/there.npy --remote ${server.url}`),
    ).toMatchObject({ status: 0 })
    const { readFile } = await import('node:fs/promises')
    expect(await readFile(`${folder}/there.npy`)).toEqual(await readFile(`${folder}/here.npy`))
    expect(await run('sample FOLDER/points --remote http://127.0.0.1:9')).toMatchObject({ status: 4 })
    expect(await run('sample FOLDER/points --remote-model x')).toMatchObject({ status: 2 })
  })
})
