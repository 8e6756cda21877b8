/** Which examples run on a page, and what they lack: decided by the names that they use. */
import type { Bundled } from './bundle.ts'

/** The names in an example. */
export interface Names {
  /** Used, and neither declared nor imported. */
  readonly free: readonly string[]
  readonly imports: readonly { readonly from: string; readonly names: readonly string[] }[]
  /** What is no TypeScript, in TypeScript's words. */
  readonly mistakes: readonly string[]
}

/** What a page of the reference is about. */
export interface Subject {
  readonly entry: string
  readonly name: string
}

/** What an example is to a page. */
export type Decision =
  | {
      readonly runs: true
      /** Names that it leaves out, by the entry that has them. */
      readonly imports: ReadonlyMap<string, readonly string[]>
      /** Names that something else stands in for. */
      readonly standIns: readonly string[]
    }
  | {
      readonly runs: false
      /** It is a part of something larger, or for Node. */
      readonly why: 'part' | 'node'
      /** What it uses that is there in Node alone. */
      readonly names: readonly string[]
    }

/** What a worker has besides the language. */
const here: ReadonlySet<string> = new Set(
  'console setTimeout clearTimeout queueMicrotask performance crypto fetch URL Blob File TextEncoder TextDecoder structuredClone AbortController AbortSignal WebAssembly'.split(
    ' ',
  ),
)

/** What stands in for a name on a page: `site/examples/page/stand-ins.ts` has them. */
export const standIns: ReadonlySet<string> = new Set(['nodeEngine', 'engine'])

/**
 * @param bundled the entries for browsers; an earlier one comes first where several have a name
 * @param inNode what the entries have in Node
 * @param subject what the example's page is about, if it is a page of the reference
 */
export function decide(
  code: string,
  { free, imports, mistakes }: Names,
  bundled: Bundled,
  inNode: ReadonlySet<string>,
  subject?: Subject,
): Decision {
  if (mistakes.length > 0) return { runs: false, why: 'part', names: [] }
  // Said by the example itself, where a name is there in browsers and takes other arguments.
  if (/^\s*\/\/ in Node\b/.test(code)) return { runs: false, why: 'node', names: [] }
  const node: string[] = []
  const used = new Set<string>()
  const added = new Map<string, string[]>()
  for (const { from, names } of imports) {
    const entry = bundled.get(from)
    if (entry === undefined) node.push(from)
    for (const name of entry === undefined ? [] : names) {
      if (entry?.names.has(name)) continue
      if (standIns.has(name)) used.add(name)
      else node.push(name)
    }
  }
  let whole = true
  for (const name of free) {
    if (here.has(name)) continue
    const entry = entryOf(name, bundled, inNode, subject)
    if (entry !== undefined) added.set(entry, [...(added.get(entry) ?? []), name])
    else if (standIns.has(name)) used.add(name)
    else if (inNode.has(name)) node.push(name)
    else whole = false
  }
  if (!whole) return { runs: false, why: 'part', names: [] }
  return node.length > 0
    ? { runs: false, why: 'node', names: node }
    : { runs: true, imports: added, standIns: [...used] }
}

/** The entry that a name without an import is from, in a browser. */
function entryOf(
  name: string,
  bundled: Bundled,
  inNode: ReadonlySet<string>,
  subject: Subject | undefined,
): string | undefined {
  // The page is about the name as it is in Node; another entry may have one for browsers.
  const own = subject?.name === name ? bundled.get(subject.entry) : undefined
  if (own !== undefined && !own.names.has(name) && inNode.has(name)) return undefined
  // Lines for a page use what the page has, such as `input`, which are expressions elsewhere.
  const only = subject?.entry.startsWith('tweedie/web') === true
  const [entry] = [...bundled].find(([from, { names }]) => names.has(name) && (!only || from === subject?.entry)) ?? []
  return entry
}
