package javax.annotation;

/** What the generated classes are marked with; Java has had no such annotation of its own since version 9. */
public @interface Generated {
  String[] value();

  String comments() default "";
}
