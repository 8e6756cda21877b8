/** What a server answers: the table from which it is built, and from which its OpenAPI document is made. */
import type { Context } from 'hono'
import type * as z from 'zod/mini'
import { type Format, formats } from './answers.ts'
import {
  boundAnswer,
  boundRequest,
  describedAnswer,
  drawRequest,
  inferAnswer,
  inferError,
  inferMetadata,
  inferRequest,
  itemRequest,
  madeAnswer,
  modelsAnswer,
  walkRequest,
} from '../../serving/schemas.ts'

/** A route. */
export interface Route {
  readonly method: 'get' | 'post'
  /** `:model` stands for a name. */
  readonly path: string
  readonly summary: string
  readonly description?: string
  /** The ability of a family that it needs; its options are those of the command of the same name. */
  readonly ability?: 'draw' | 'restore' | 'edit' | 'encode' | 'decode'
  readonly body?: z.ZodMiniType
  readonly answer?: z.ZodMiniType
  /** The formats of the answer; `application/json` if left out. */
  readonly formats?: readonly string[]
  /** Whether it is answered without a token. */
  readonly open?: boolean
  /** Its errors, where they are no problem details. */
  readonly refusal?: z.ZodMiniType
}

/** Adds a route to a server. */
export type AddRoute = (route: Route, answer: (context: Context) => Response | Promise<Response>) => void

const making: readonly Format[] = formats
const samples =
  'Options beyond those listed are options of the model’s family, by the names that the library has for them.'

/** The table. */
export const routes = Object.freeze({
  index: { method: 'get', path: '/', summary: 'What this is', open: true },
  document: { method: 'get', path: '/openapi.json', summary: 'This document', open: true },
  alive: {
    method: 'get',
    path: '/healthz',
    summary: 'Whether the process is alive',
    open: true,
    formats: ['text/plain'],
  },
  ready: {
    method: 'get',
    path: '/readyz',
    summary: 'Whether it takes requests: 503 while it ends',
    open: true,
    formats: ['text/plain'],
  },
  metrics: { method: 'get', path: '/metrics', summary: 'Metrics for Prometheus', formats: ['text/plain'] },
  models: { method: 'get', path: '/v1/models', summary: 'The models', answer: modelsAnswer },
  model: { method: 'get', path: '/v1/models/:model', summary: 'A model: what it is and can', answer: describedAnswer },
  draw: {
    method: 'post',
    path: '/v1/models/:model/draw',
    summary: 'Draws samples',
    description: `Equal seeds give equal samples, alone or in a batch with what others ask for. ${samples}`,
    ability: 'draw',
    body: drawRequest,
    answer: madeAnswer,
    formats: making,
  },
  restore: {
    method: 'post',
    path: '/v1/models/:model/restore',
    summary: 'Draws clean items that fit a damaged one',
    description: `Pictures are inpainted, sharpened, enlarged (\`task\`). ${samples}`,
    ability: 'restore',
    body: itemRequest,
    answer: madeAnswer,
    formats: making,
  },
  edit: {
    method: 'post',
    path: '/v1/models/:model/edit',
    summary: 'Changes an item, or walks from one to another',
    description: samples,
    ability: 'edit',
    body: itemRequest,
    answer: madeAnswer,
    formats: making,
  },
  encode: {
    method: 'post',
    path: '/v1/models/:model/encode',
    summary: 'Walks an item up to its latents',
    description: samples,
    ability: 'encode',
    body: walkRequest,
    answer: madeAnswer,
    formats: making,
  },
  decode: {
    method: 'post',
    path: '/v1/models/:model/decode',
    summary: 'Walks latents down to an item',
    description: samples,
    ability: 'decode',
    body: walkRequest,
    answer: madeAnswer,
    formats: making,
  },
  bound: {
    method: 'post',
    path: '/v1/models/:model/bound',
    summary: 'What items cost: −log p of each, or what that is at most',
    description:
      'Likelihoods of anomalies, of what fits and what does not. Options beyond those listed are options of `tweedie eval` for likelihoods (`terms`, `boundSteps`, `trace`, …). Nothing is measured on training data.',
    body: boundRequest,
    answer: boundAnswer,
  },
} satisfies Record<string, Route>)

const refusal = inferError

/** The Open Inference Protocol for the bare network of a model; each of a model also below `/v2/models/NAME/versions/1`. */
export const inferenceRoutes = Object.freeze({
  serverMetadata: { method: 'get', path: '/v2', summary: 'Open Inference Protocol: the server', open: true, refusal },
  serverLive: {
    method: 'get',
    path: '/v2/health/live',
    summary: 'Open Inference Protocol: whether the process is alive',
    open: true,
    refusal,
  },
  serverReady: {
    method: 'get',
    path: '/v2/health/ready',
    summary: 'Open Inference Protocol: whether it takes requests',
    open: true,
    refusal,
  },
  modelMetadata: {
    method: 'get',
    path: '/v2/models/:model',
    summary: 'Open Inference Protocol: what goes into the network of a model, and what comes out',
    answer: inferMetadata,
    refusal,
  },
  modelReady: {
    method: 'get',
    path: '/v2/models/:model/ready',
    summary: 'Open Inference Protocol: whether a model takes requests',
    refusal,
  },
  infer: {
    method: 'post',
    path: '/v2/models/:model/infer',
    summary: 'Open Inference Protocol: evaluates the bare network',
    description:
      'One step of a sampler, `x`, `t` and conditions → `output`. Tensors as JSON, or as raw bytes behind it (the binary tensor extension: `Inference-Header-Content-Length`).',
    body: inferRequest,
    answer: inferAnswer,
    refusal,
  },
} satisfies Record<string, Route>)

/** The names of routes that make something. */
export type MakingRoute = 'draw' | 'restore' | 'edit' | 'encode' | 'decode'

/** Those routes. */
export const makingRoutes: readonly MakingRoute[] = ['draw', 'restore', 'edit', 'encode', 'decode']
