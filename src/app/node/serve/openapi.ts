/** The OpenAPI document of a server (3.1), made of the table of routes and the schemas that check requests. */
import * as z from 'zod/mini'
import { version } from '../version.ts'
import { inferenceRoutes, type Route, routes } from './routes.ts'
import { problemAnswer } from '../../serving/schemas.ts'

/** A document, as JSON. */
export type OpenApi = Readonly<Record<string, unknown>>

/**
 * The document.
 *
 * @param secured whether requests need a token
 */
export function openApi(secured: boolean): OpenApi {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const [name, route] of Object.entries({ ...routes, ...inferenceRoutes }) as [string, Route][]) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [route.method]: operation(name, route, secured) }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'tweedie', version, description: 'Diffusion models: samples, restorations, edits and latents.' },
    paths,
    components: {
      schemas: { Problem: jsonSchema(problemAnswer) },
      ...(secured && { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } }),
    },
  }
}

function operation(name: string, route: Route, secured: boolean): Record<string, unknown> {
  const { summary, description, body, answer, formats = ['application/json'], path, open, refusal } = route
  const parameters = [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
  const isPicture = formats.includes('image/png')
  const layout = ['columns', 'scale'].map((each) => ({
    name: each,
    in: 'query',
    required: false,
    schema: { type: 'integer', minimum: 1 },
    description: each === 'columns' ? 'Pictures in a row.' : 'Enlarges pictures by a whole number.',
  }))
  const all = [...parameters, ...(isPicture ? layout : [])]
  return {
    operationId: name,
    summary,
    ...(description !== undefined && { description }),
    ...(all.length > 0 && { parameters: all }),
    ...(body && { requestBody: { required: true, content: { 'application/json': { schema: jsonSchema(body) } } } }),
    responses: {
      200: {
        description: summary,
        content: Object.fromEntries(formats.map((format) => [format, { schema: schemaOf(format, answer) }])),
      },
      default: {
        description: 'What went wrong',
        content: refusal
          ? { 'application/json': { schema: jsonSchema(refusal) } }
          : { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
    ...(secured && !open && { security: [{ bearer: [] }] }),
  }
}

function schemaOf(format: string, answer: z.ZodMiniType | undefined): Record<string, unknown> {
  if (format === 'application/json') return answer ? jsonSchema(answer) : { type: 'object' }
  if (format.startsWith('text/')) return { type: 'string' }
  return { type: 'string', format: 'binary' }
}

function jsonSchema(schema: z.ZodMiniType): Record<string, unknown> {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { unrepresentable: 'any', io: 'input' })
  return rest
}
