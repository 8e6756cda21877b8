/// <reference lib="esnext.disposable" preserve="true" />
/** The Open Inference Protocol (v2, REST) for the bare network of each model: what Triton, KServe and their clients speak. */
import type { Context } from 'hono'
import { datatypes } from '../../../engine/runtime/remote/datatypes.ts'
import {
  type Body,
  type BodyTensor,
  encodeBody,
  lengthHeader,
  splitBody,
  tensorsIn,
} from '../../../engine/runtime/remote/inference-body.ts'
import type { Signature } from '../../../engine/onnx/proto/signature.ts'
import type { TensorType, Tensors } from '../../../engine/runtime/session.ts'
import { isTweedieError } from '../../../errors.ts'
import type { InferBody } from '../../serving/bodies.ts'
import { version } from '../version.ts'
import { timeLimit } from './deadline.ts'
import { inferIn } from './infer-work.ts'
import { bodyBytes, checked } from './json-body.ts'
import { type Limits, requireWithin } from './limits.ts'
import { problemOf, ServeError } from './problem.ts'
import { type AddRoute, inferenceRoutes } from './routes.ts'
import { inferRequest } from '../../serving/schemas.ts'
import { requireGoingOn, type Serving } from './serving.ts'

/** Whether a path is one of the protocol: its errors have another form. */
export const isInference = (path: string): boolean => /^\/v2(\/|$)/.test(path)

/** An error as the protocol has it: `{"error": …}`, with the same status as elsewhere. */
export function inferenceError(error: unknown): Response {
  const { status, detail, hint } = problemOf(error)
  return new Response(JSON.stringify({ error: hint === undefined ? detail : `${detail} (${hint})` }), {
    status,
    headers: { 'content-type': 'application/json', ...(error instanceof ServeError && error.headers) },
  })
}

/** Adds its routes to a server. */
export function addInference(add: AddRoute, serving: Serving): void {
  const { queue, models, limits, room, isEnding, onItems } = serving
  const json = (value: unknown, status = 200): Response =>
    new Response(JSON.stringify(value), { status, headers: { 'content-type': 'application/json' } })
  const named = ({ req }: Context): string => {
    const asked = req.param('version')
    if (asked !== undefined && asked !== '1') {
      throw new ServeError(404, 'no-version', `there is no version ${JSON.stringify(asked)}`, { hint: 'there is 1' })
    }
    return models.named(req.param('model') ?? '').name
  }
  const { serverMetadata, serverLive, serverReady, modelMetadata, modelReady, infer } = inferenceRoutes
  add(serverMetadata, () => json({ name: 'tweedie', version, extensions: ['binary_tensor_data'] }))
  add(serverLive, () => json({ live: true }))
  add(serverReady, () => json({ ready: !isEnding() }, isEnding() ? 503 : 200))
  const ofModel: AddRoute = (route, answer) => {
    add(route, answer)
    add({ ...route, path: route.path.replace(':model', ':model/versions/:version') }, answer)
  }
  ofModel(modelReady, (context) => json({ name: named(context), ready: !isEnding() }, isEnding() ? 503 : 200))
  ofModel(modelMetadata, async (context) => {
    const name = named(context)
    const { signal } = context.req.raw
    const { inputs, outputs } = await queue.run(name, { signal }, async (model) => (await model.network()).signature)
    return json({ name, versions: ['1'], platform: 'tweedie', inputs: listed(inputs), outputs: listed(outputs) })
  })
  ofModel(infer, async (context) => {
    const name = named(context)
    requireGoingOn(serving)
    using _ = room.take(context.req.raw)
    const { request, inputs } = await requested(context.req.raw, limits)
    const items = itemsOf(inputs)
    requireWithin(limits, { items })
    context.set('items', items)
    const deadline = timeLimit(limits.maxSeconds)
    try {
      const signal = AbortSignal.any([context.req.raw.signal, deadline.signal])
      const outputs = await inferIn(queue, { model: name, inputs, items, signal })
      onItems(name, items)
      return answered(name, request, outputs)
    } finally {
      deadline.end()
    }
  })
}

/** What is asked for. @throws ServeError 400, 413, 422 */
async function requested(
  raw: Request,
  limits: Limits,
): Promise<{ readonly request: InferBody; readonly inputs: Tensors }> {
  const length = raw.headers.get(lengthHeader)
  if (length !== null && !/^\d{1,10}$/.test(length)) {
    throw new ServeError(400, 'header', `Inference-Header-Content-Length is ${JSON.stringify(length)}: no whole number`)
  }
  const body: Body = {
    bytes: await bodyBytes(raw, limits),
    ...(length !== null && { jsonLength: Number(length) }),
  }
  try {
    const { json, rest } = splitBody(body)
    const request = checked(inferRequest, json)
    return { request, inputs: tensorsIn(request.inputs, rest) }
  } catch (error) {
    if (!isTweedieError(error, 'data')) throw error
    throw new ServeError(400, 'body', error.message, error.hint === undefined ? {} : { hint: error.hint })
  }
}

/** Items of a request: the first size of all of its tensors. @throws ServeError 422 where they differ */
function itemsOf(inputs: Tensors): number {
  const [[name = '', first] = [], ...others] = Object.entries(inputs)
  const items = first?.shape[0]
  if (items === undefined || items === 0) throw new ServeError(422, 'shape', 'the inputs are a batch of none')
  const other = others.find(([, { shape }]) => shape[0] !== items)
  if (other === undefined) return items
  throw new ServeError(422, 'shape', `${name} has ${items} items, and ${other[0]} has ${other[1].shape[0] ?? 'none'}`)
}

/** The answer: tensors as they are asked for. @throws ServeError 400 for an output that is not there */
function answered(name: string, { id, parameters, outputs: asked }: InferBody, outputs: Tensors): Response {
  const strange = asked?.find((each) => !Object.hasOwn(outputs, each.name))
  if (strange !== undefined) {
    throw new ServeError(400, 'output', `there is no output ${JSON.stringify(strange.name)}`, {
      hint: `there is ${Object.keys(outputs).join(', ')}`,
    })
  }
  const binary = (each: string): boolean =>
    (asked?.find(({ name: wanted }) => wanted === each)?.parameters?.['binary_data'] ??
      parameters?.['binary_data_output'] ??
      false) === true
  const { bytes, jsonLength } = encodeBody(
    { model_name: name, model_version: '1', ...(id !== undefined && { id }) },
    'outputs',
    outputs,
    binary,
  )
  return new Response(bytes, {
    headers: {
      'content-type': jsonLength === undefined ? 'application/json' : 'application/octet-stream',
      ...(jsonLength !== undefined && { [lengthHeader]: String(jsonLength) }),
    },
  })
}

/** Tensors as metadata have them; a free size is −1. */
function listed(tensors: Signature['inputs']): readonly Omit<BodyTensor, 'parameters' | 'data'>[] {
  return Array.from(tensors.values(), ({ name, dtype, shape = [] }) => ({
    name,
    datatype: datatypes[dtype as TensorType],
    shape: shape.map((size) => (typeof size === 'number' ? size : -1)),
  }))
}
