/** Components that every page is made of. */
export { Button, type ButtonProps } from "./button.tsx";
export { Choice, type ChoiceProps } from "./choice.tsx";
export { Dialog } from "./dialog.tsx";
export { Icon, type IconName } from "./icon.tsx";
export { Menu, type MenuChoice } from "./menu.tsx";
export { type TabChoice, Tabs } from "./tabs.tsx";
export { TextField, type TextFieldProps } from "./text-field.tsx";
