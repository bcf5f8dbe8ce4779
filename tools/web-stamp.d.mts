export function pagesAreFresh(): boolean;
export function stampPages(digest: string): void;
export function digestOfSources(): string;
