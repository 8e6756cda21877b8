/** The pages of the Lab, in the order of the navigation. */
import type { PageModule } from './page.ts'

export const pageNames = ['learn', 'train', 'draw', 'restore', 'runs'] as const
export type PageName = (typeof pageNames)[number]

/** The code of each page, by name. */
export const pages: Readonly<Record<PageName, () => Promise<PageModule>>> = {
  learn: () => import('./learn/index.tsx'),
  train: () => import('./train/index.tsx'),
  draw: () => import('./draw/index.tsx'),
  restore: () => import('./restore/index.tsx'),
  runs: () => import('./runs/index.tsx'),
}

/** Whether there is a page of this name. */
export function isPage(name: string | undefined): name is PageName {
  return pageNames.some((each) => each === name)
}
