import "./courses.css";

export { CoursesScreen } from "./courses";
