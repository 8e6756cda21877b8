import type { StepTask } from './step-way.ts'

/** Why the state cannot stay on the device; undefined where it can. */
export function whyNotResident(
  { problem, portions, reduce, ranks }: Pick<StepTask, 'problem' | 'portions' | 'reduce' | 'ranks'>,
  ownOptimizer: boolean,
): string | undefined {
  if (ownOptimizer) return 'the optimiser is one of your own'
  if (reduce !== undefined || ranks.count > 1) return 'gradients are shared between processes'
  if (problem.ownStep !== undefined) return 'the step of this problem is not one graph'
  return portions > 1 ? `a step goes through the graph in ${portions} portions` : undefined
}
