/** Which requests for samples fit into one batch. */
import type { OptionValues } from '../options.ts'

/** What may differ between requests that are drawn together. */
const own = new Set(['count', 'seed', 'class', 'prompt'])

/** Options of which there is one for a whole drawing. */
const alone = ['towards', 'towardsPrompt', 'attention', 'prompts', 'style', 'condition', 'frames', 'batch', 'data']

/**
 * Requests with equal keys may be drawn together: they differ in what is the items' own only. Undefined for a request that is drawn alone.
 *
 * @example
 * togetherKey({ seed: 1, steps: 20 }) === togetherKey({ seed: 2, steps: 20, count: 3 }) // true
 */
export function togetherKey(request: OptionValues): string | undefined {
  if (alone.some((name) => request[name] !== undefined)) return undefined
  const shared = Object.entries(request)
    .filter(([name, value]) => value !== undefined && !own.has(name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify([shared, request['class'] !== undefined, request['prompt'] !== undefined])
}

/** Requests by what fits together, each with its place; groups in the order of their first request. */
export function groupsOf<Request extends OptionValues>(
  requests: readonly Request[],
): readonly (readonly { readonly index: number; readonly request: Request }[])[] {
  const groups = new Map<string, { readonly index: number; readonly request: Request }[]>()
  requests.forEach((request, index) => {
    const key = togetherKey(request) ?? `alone ${index}`
    const group = groups.get(key) ?? []
    group.push({ index, request })
    groups.set(key, group)
  })
  return [...groups.values()]
}
