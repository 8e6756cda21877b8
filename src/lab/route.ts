/**
 * Addresses. Everything that is chosen stands behind the `#`, so that a link shows the same: `#/learn/forward-process/marginal?t=0.4`.
 * The page itself never changes, so any web server of static files will do.
 */
import { signal } from '@preact/signals'

export interface Route {
  /** `['learn', 'forward-process', 'marginal']`. */
  readonly path: readonly string[]
  readonly query: ReadonlyMap<string, string>
}

/** What the part of an address behind `#` says. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split(/\?(.*)/s)
  const entries = query.split('&').flatMap((pair): [string, string][] => {
    const [name, value = ''] = pair.split(/=(.*)/s)
    return name === undefined || name === '' ? [] : [[decoded(name), decoded(value)]]
  })
  return { path: path.split('/').filter(Boolean).map(decoded), query: new Map(entries) }
}

/** Broken escapes stay as they are: whoever looks the name up will say that there is no such thing. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

/** The address of a path and a query: `#/train?data=moons`. Values that are undefined are left out. */
export function hrefOf(path: readonly string[], query: Readonly<Record<string, string | undefined>> = {}): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [`${readable(name)}=${readable(value)}`],
  )
  return `#/${path.map(readable).join('/')}${pairs.length === 0 ? '' : `?${pairs.join('&')}`}`
}

/** Escapes what an address cannot hold and leaves the rest legible. */
function readable(part: string): string {
  return encodeURIComponent(part).replaceAll(/%(2C|3B|3A|2A|20)/g, (escape) =>
    escape === '%20' ? '%20' : decodeURIComponent(escape),
  )
}

/** Where we are. Changes when the user goes somewhere; not by {@link replaceAddress}. */
export const route = signal<Route>(parseRoute(globalThis.location?.hash ?? ''))

globalThis.addEventListener?.('hashchange', () => {
  route.value = parseRoute(location.hash)
})

/** The last address of each page, so that whoever comes back finds it as it was left. */
export const lastAddress = signal<Readonly<Record<string, string>>>({})

/** Pages begin anew: what they were left with is about something that is gone. */
export function forgetAddresses(...names: readonly string[]): void {
  const left = Object.entries(lastAddress.peek()).filter(([page]) => !names.includes(page))
  lastAddress.value = Object.fromEntries(left)
}

/** Puts what is chosen now into the address bar, without a step in the history and without drawing the page anew. */
export function replaceAddress(
  path: readonly string[],
  query: Readonly<Record<string, string | undefined>> = {},
): void {
  const href = hrefOf(path, query)
  const [page] = path
  if (page !== undefined && lastAddress.peek()[page] !== href)
    lastAddress.value = { ...lastAddress.peek(), [page]: href }
  if (location.hash !== href) history.replaceState(history.state, '', href)
}

/** The whole address of a place in this page, for a link that is copied. */
export function linkTo(path: readonly string[], query: Readonly<Record<string, string | undefined>> = {}): string {
  return new URL(hrefOf(path, query), location.href).href
}
