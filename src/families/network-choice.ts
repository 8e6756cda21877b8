/** A network in place of the default one. */
import { TweedieError } from '../errors.ts'
import type { ValuesOf } from '../options.ts'
import type { sizeOptions } from './train-options.ts'
import type { NetworkSpec } from './network-of.ts'
import type { OwnComponents } from './own-parts.ts'
import { requireChoice } from './part.ts'

type SizeValues = ValuesOf<typeof sizeOptions> & { readonly attention?: unknown }

/**
 * A network by name, with its configuration or without; undefined if none is named.
 *
 * @throws TweedieError `usage` for an unknown name, or for size options: another network has its own
 */
export function networkChoice(
  options: SizeValues,
  own: OwnComponents,
  builtIn: readonly string[],
): NetworkSpec | undefined {
  const { network } = options
  if (network === undefined) return undefined
  refuseSizes(options)
  const { className, config = {} } =
    typeof network === 'string' ? { className: network } : (network as Partial<NetworkSpec>)
  if (className === undefined) {
    throw new TweedieError('usage', '`network` must be a name, or { className, config }')
  }
  requireChoice(own, 'networks', { option: 'network', name: className, builtIn })
  return { className, config }
}

/** Refuses sizes of the default network beside another. @throws TweedieError `usage` */
export function refuseSizes({ widths, depth, attention }: SizeValues): void {
  const [extra] = Object.entries({ widths, depth, attention }).find(([, value]) => value !== undefined) ?? []
  if (extra === undefined) return
  throw new TweedieError('usage', `\`${extra}\` is for the default network, and \`network\` names another`, {
    hint: 'change it in the configuration of the network',
  })
}
