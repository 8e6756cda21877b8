/** What a page needs: the engine for browsers. */
export * from '../../engine/runtime/web/index.ts'
