export declare function filesUnder(root: string, folder: string): string[];
