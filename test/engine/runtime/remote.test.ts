/** Tensors on the way to a server of inferences and back: bytes as the protocol has them, and what is refused. */
import { assert, constantFrom, dictionary, property, string, uint8Array } from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  inferenceClient,
  type InferenceFetch,
  type InferenceServer,
} from '../../../src/engine/runtime/remote/inference-client.ts'
import { encodeBody, splitBody, tensorsIn } from '../../../src/engine/runtime/remote/inference-body.ts'
import { remoteSession } from '../../../src/engine/runtime/remote/remote-session.ts'
import type { Tensors } from '../../../src/engine/runtime/session.ts'

const bytesOf = (text: string): number[] => [...new TextEncoder().encode(text)]

/** As in the protocol's example: two inputs behind the JSON, a whole number of four bytes and a flag of one. */
const json =
  '{"id":"1","inputs":[{"name":"input0","shape":[2,2],"datatype":"INT32","parameters":{"binary_data_size":16}},{"name":"input1","shape":[3],"datatype":"BOOL","parameters":{"binary_data_size":3}}]}'
const raw = [1, 0, 0, 0, 2, 0, 0, 0, 255, 255, 255, 255, 0, 1, 0, 0, 1, 0, 1]
const tensors: Tensors = {
  input0: { dtype: 'int32', shape: [2, 2], data: Int32Array.of(1, 2, -1, 256) },
  input1: { dtype: 'bool', shape: [3], data: Uint8Array.of(1, 0, 1) },
}

describe('the body', () => {
  test('with raw tensors, byte for byte', () => {
    const { bytes, jsonLength } = encodeBody({ id: '1' }, 'inputs', tensors, () => true)
    expect(jsonLength).toBe(json.length)
    expect([...bytes]).toEqual([...bytesOf(json), ...raw])
    const { json: read, rest } = splitBody({ bytes, jsonLength })
    expect(tensorsIn(read['inputs'], rest)).toEqual(tensors)
  })

  test('as JSON, flat or nested', () => {
    const { bytes, jsonLength } = encodeBody({}, 'inputs', tensors, () => false)
    expect(jsonLength).toBeUndefined()
    const read = splitBody({ bytes }).json['inputs'] as { data: unknown }[]
    expect(read.map(({ data }) => data)).toEqual([
      [1, 2, -1, 256],
      [true, false, true],
    ])
    const nested = [{ name: 'a', shape: [2, 1], datatype: 'FP32', data: [[0.5], [2]] }]
    expect(tensorsIn(nested, new Uint8Array())['a']!.data).toEqual(Float32Array.of(0.5, 2))
    const whole = [{ name: 'a', shape: [1], datatype: 'INT64', data: [-3] }]
    expect(tensorsIn(whole, new Uint8Array())['a']!.data).toEqual(BigInt64Array.of(-3n))
  })

  test.each([
    ['a type that is not there', { datatype: 'BYTES' }, /no `datatype` "BYTES"/],
    ['too few numbers', { data: [1] }, /1 numbers do not fill \[2\]/],
    ['a text among numbers', { data: [1, '2'] }, /"2" is no FP32/],
    ['a number that is too large', { data: [1, 1e39] }, /1e\+39 is no FP32/],
    ['a fraction among whole numbers', { datatype: 'INT32', data: [1, 0.5] }, /0.5 is no INT32/],
    ['a shape that is none', { shape: [-2] }, /`shape` is no list/],
    ['a shape that nothing holds', { shape: [2 ** 40, 2 ** 40] }, /too large/],
    ['bytes that are missing', { data: undefined, parameters: { binary_data_size: 8 } }, /ends before its 8 bytes/],
    ['bytes that do not fill', { data: undefined, parameters: { binary_data_size: 7 } }, /7 bytes do not fill/],
    ['both kinds of data', { parameters: { binary_data_size: 8 } }, /both/],
    ['no data', { data: undefined }, /neither/],
    ['halves as JSON', { datatype: 'FP16' }, /no form in JSON/],
  ])('with %s is refused', (_, change, message) => {
    const tensor = { name: 'a', shape: [2], datatype: 'FP32', data: [1, 2], ...change }
    expect(() => tensorsIn([tensor], new Uint8Array())).toThrow(message)
  })

  test('with bytes that belong to nothing is refused', () => {
    expect(() => tensorsIn([], new Uint8Array(3))).toThrow('3 bytes behind the tensors')
    expect(() => splitBody({ bytes: new Uint8Array(3), jsonLength: 4 })).toThrow('4 of them are JSON')
    expect(() =>
      encodeBody({}, 'outputs', { a: { dtype: 'float32', shape: [1], data: Float32Array.of(NaN) } }, () => false),
    ).toThrow('not finite')
  })

  test('of any floats comes back as it was', () => {
    const types = constantFrom(true, false)
    assert(
      property(dictionary(string({ minLength: 1 }), uint8Array({ maxLength: 9 })), types, (given, binary) => {
        const all: Tensors = Object.fromEntries(
          Object.entries(given).map(([name, bytes]) => [
            name,
            { dtype: 'float32', shape: [bytes.length], data: Float32Array.from(bytes, (value) => value / 3) },
          ]),
        )
        const body = encodeBody({}, 'inputs', all, () => binary)
        const { json: read, rest } = splitBody(body)
        expect(tensorsIn(read['inputs'], rest)).toEqual(all)
      }),
    )
  })
})

const answer = (status: number, body: unknown, headers: Record<string, string> = {}) => ({
  ok: status < 300,
  status,
  headers: { get: (name: string) => headers[name] ?? null },
  arrayBuffer: async () => new TextEncoder().encode(JSON.stringify(body)).buffer,
})

/** A server that gives these answers in turn, and the urls it was asked for. */
function answers(...all: (ReturnType<typeof answer> | Error)[]) {
  const asked: Parameters<InferenceFetch>[] = []
  const fetch: InferenceFetch = async (...request) => {
    asked.push(request)
    const next = all[Math.min(asked.length, all.length) - 1]!
    if (next instanceof Error) throw next
    return next
  }
  const server: InferenceServer = { url: 'http://there/', model: 'm 1', token: 'secret', fetch }
  return { server, asked }
}

const metadata = {
  name: 'm',
  inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 2] }],
  outputs: [{ name: 'y', datatype: 'FP32', shape: ['-1', '1'] }],
}

describe('the client', () => {
  test('asks for a model by its address, with a token', async () => {
    const { server, asked } = answers(answer(200, metadata))
    expect(await inferenceClient(server).metadata()).toMatchObject({ outputs: [{ shape: [-1, 1] }] })
    expect(asked[0]![0]).toBe('http://there/v2/models/m%201')
    expect(asked[0]![1].headers).toMatchObject({ authorization: 'Bearer secret' })
  })

  test('waits where a server has no room, and gives up in the end', async () => {
    const busy = answer(503, { error: 'no room' }, { 'retry-after': '0' })
    const { server, asked } = answers(busy, answer(429, {}, { 'retry-after': '0' }), answer(200, metadata))
    await inferenceClient(server).metadata()
    expect(asked).toHaveLength(3)
    const never = answers(busy)
    await expect(inferenceClient({ ...never.server, retries: 2 }).metadata()).rejects.toMatchObject({
      code: 'device',
      message: 'm 1 at http://there: no room',
    })
    expect(never.asked).toHaveLength(3)
  })

  test.each([
    [401, 'usage'],
    [404, 'model'],
    [422, 'shape'],
    [500, 'device'],
  ])('status %i is an error of kind %s', async (status, code) => {
    const { server } = answers(answer(status, { error: 'no' }))
    await expect(inferenceClient(server).metadata()).rejects.toMatchObject({ code })
  })

  test('says what cannot be reached, and tries again what could be before', async () => {
    const broken = Object.assign(new TypeError('fetch failed'), { cause: { code: 'ECONNREFUSED' } })
    await expect(inferenceClient(answers(broken).server).metadata()).rejects.toMatchObject({
      code: 'device',
      message: /cannot be reached \(ECONNREFUSED\)/,
    })
    const { server, asked } = answers(answer(200, metadata), broken, answer(200, metadata))
    const client = inferenceClient(server)
    await client.metadata()
    await client.metadata()
    expect(asked).toHaveLength(3)
    expect(() => inferenceClient({ url: 'there:80', model: 'm' })).toThrow('no address')
  })

  test('gives up after a time, and when it is told to', async () => {
    const fetch: InferenceFetch = (_, { signal }) =>
      new Promise((_, reject) => {
        if (signal.aborted) reject(new Error('aborted'))
        signal.addEventListener('abort', () => reject(new Error('aborted')))
      })
    const server = { url: 'http://there', model: 'm', fetch }
    await expect(inferenceClient({ ...server, seconds: 0.01 }).metadata()).rejects.toThrow('no answer after 0.01 s')
    await expect(inferenceClient(server).metadata(AbortSignal.abort())).rejects.toMatchObject({ code: 'interrupted' })
  })

  test('does not take a page for a model', async () => {
    await expect(inferenceClient(answers(answer(200, { hello: 1 })).server).metadata()).rejects.toThrow(
      'not of the Open Inference Protocol',
    )
  })
})

describe('a session', () => {
  const info = (name: string, shape: number[]) => [name, { name, dtype: 'float32', shape }] as const
  const signature = { inputs: new Map([info('x', [3, 2])]), outputs: new Map([info('y', [3, 1])]) }

  test.each([
    ['other shapes', { inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 3] }] }, /its input x is not FP32 \[3, 2\]/],
    ['another type', { inputs: [{ name: 'x', datatype: 'FP16', shape: [-1, 2] }] }, /its input x is not FP32/],
    ['another name', { outputs: [{ name: 'z', datatype: 'FP32', shape: [-1, 1] }] }, /it has no output y/],
    [
      'one more input',
      { inputs: [...metadata.inputs, { name: 'w', datatype: 'FP32', shape: [1] }] },
      /needs an input w/,
    ],
  ])('of a model with %s is refused', async (_, change, message) => {
    const { server } = answers(answer(200, { ...metadata, ...change }))
    await expect(remoteSession(server, signature)).rejects.toMatchObject({ code: 'model', message })
  })

  test('an answer of another shape is refused', async () => {
    const { server } = answers(
      answer(200, metadata),
      answer(200, { outputs: [{ name: 'y', shape: [1, 3], datatype: 'FP32', data: [1, 2, 3] }] }),
    )
    const session = await remoteSession(server, signature)
    const tensor = (shape: number[]) => ({
      dtype: 'float32' as const,
      shape,
      data: new Float32Array(shape[0]! * shape[1]!),
    })
    await expect(session.run({ x: tensor([3, 2]) }, { y: tensor([3, 1]) })).rejects.toThrow(
      "the answer's y is FP32 [1, 3]",
    )
  })

  test('a server may have a last axis of size 1', async () => {
    const flat = { inputs: new Map([info('x', [3, 2])]), outputs: new Map([info('y', [3])]) }
    const { server, asked } = answers(
      answer(200, metadata),
      answer(200, { outputs: [{ name: 'y', shape: [3, 1], datatype: 'FP32', data: [1, 2, 3] }] }),
    )
    const session = await remoteSession(server, flat)
    const data = new Float32Array(3)
    await session.run(
      { x: { dtype: 'float32', shape: [3, 2], data: new Float32Array(6) } },
      { y: { dtype: 'float32', shape: [3], data } },
    )
    expect([...data]).toEqual([1, 2, 3])
    expect(asked[1]![0]).toBe('http://there/v2/models/m%201/infer')
  })
})
