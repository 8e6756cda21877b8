import type { DataScale } from '../data/dataset.ts'

/** Whether items move: pictures over time. */
export function isMoving({ kind }: Pick<DataScale, 'kind'>): boolean {
  return kind === 'video'
}
