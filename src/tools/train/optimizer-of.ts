/** The optimiser of a specification. */
import type { TensorOptimizer } from '../../engine/muon/tensor-optimizer.ts'
import { adamw } from '../../engine/optim/adamw.ts'
import type { Optimizer } from '../../engine/optim/optimizer.ts'
import { sgd } from '../../engine/optim/sgd.ts'
import { namedOptimizer } from './optimizer-options.ts'
import type { BaseSpec } from './spec.ts'

/** An optimiser of flat arrays, or one that asks for the tensors in them. */
export type AnyOptimizer = Optimizer | TensorOptimizer

/**
 * The optimiser that a specification names: AdamW with betas [0.9, 0.99] unless it says otherwise. One whose rule is a graph is loaded
 * when it is asked for.
 *
 * @throws TweedieError `usage` for an unknown name, and for numbers that the named one does not use
 */
export async function optimizerOf(spec: Pick<BaseSpec, 'optimizer'>): Promise<AnyOptimizer> {
  const { name, options } = namedOptimizer(spec)
  if (name === 'adamw') return adamw(options)
  if (name === 'sgd') return sgd(options)
  return (await import('../../engine/muon/muon.ts')).muon(options)
}
