/** VitePress's theme with the system's fonts, and examples that run, the Lab. */
import type { Theme } from 'vitepress'
import DefaultTheme from 'vitepress/theme-without-fonts'
import { LabChapter } from './lab-chapter.ts'
import { RunExample } from './run-example.ts'
import './style.css'

export default {
  extends: DefaultTheme,
  enhanceApp({ app }) {
    app.component('RunExample', RunExample)
    app.component('LabChapter', LabChapter)
  },
} satisfies Theme
