export const nothing = "a file without tests";
